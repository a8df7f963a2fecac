/* Tables: a new one is small and has a header row; buttons add and remove the rest. */

import { Table as BaseTable } from "django-prose-editor/editor"

export const Table = BaseTable.extend({
  addCommands() {
    return {
      ...this.parent?.(),
      insertTableWithOptions:
        () =>
        ({ editor, commands }) =>
          !editor.isActive("table") && commands.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
    }
  },

  addKeyboardShortcuts() {
    return {
      ...this.parent?.(),
      // From the last cell Tab leaves the table, and so the editor: it must be no trap (WCAG 2.1.2).
      Tab: () => this.editor.commands.goToNextCell(),
    }
  },
})
