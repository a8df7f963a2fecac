/* Tables: a new one is small and has a header row; buttons add and remove the rest. Cells that are
   pasted into a table may be merged ones. */

import { Table as BaseTable, Plugin, pm } from "django-prose-editor/editor"

const { CellSelection, TableMap, isInTable, mergeCells, selectionCell, __clipCells, __insertCells, __pastedCells } = pm.tables

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

  addProseMirrorPlugins() {
    const handlePaste = (view, _event, slice) => {
      try {
        return pasteCells(view, slice)
      } catch {
        this.editor.storage.cleanPaste.tell([["table", ""]])
        return true
      }
    }
    return [new Plugin({ props: { handlePaste } }), ...(this.parent?.() ?? [])]
  },
})

/* Puts cells into the table at the cursor, merged ones too, which prosemirror-tables can't; false when there are none. */
function pasteCells(view, slice) {
  if (!isInTable(view.state)) return false
  const { selection } = view.state
  const cells = slice.size ? __pastedCells(slice) : null
  if (!cells) return false
  const $cell = selectionCell(view.state)
  const start = $cell.start(-1)
  const map = TableMap.get($cell.node(-1))
  const { merged, ...even } = evened(cells, view.state.schema)
  const isArea = selection instanceof CellSelection
  const rect = isArea
    ? map.rectBetween(selection.$anchorCell.pos - start, selection.$headCell.pos - start)
    : map.findCell($cell.pos - start)
  const { top, left } = rect
  const [width, height] = [rect.right - left, rect.bottom - top]
  // More cells than are selected go beyond them, so that none is lost; fewer are repeated.
  if (isArea && even.width <= width && even.height <= height && width * height > 1) {
    __insertCells(view.state, view.dispatch, start, rect, __clipCells(even, width, height))
    return true
  }
  __insertCells(view.state, view.dispatch, start, { top, left }, even)
  const cellAt = (row, column) => {
    const table = view.state.doc.nodeAt(start - 1)
    return view.state.doc.resolve(start + TableMap.get(table).positionAt(row, column, table))
  }
  const select = (place) => view.dispatch(view.state.tr.setSelection(place))
  for (const { row, column, height, width } of merged) {
    const last = cellAt(top + row + height - 1, left + column + width - 1)
    select(new CellSelection(cellAt(top + row, left + column), last))
    mergeCells(view.state, view.dispatch)
  }
  if (merged.length) select(pm.state.TextSelection.near(view.state.doc.resolve(cellAt(top, left).pos + 1)))
  return true
}

/* The cells with each merged one taken apart, and where those were. */
function evened({ rows }, schema) {
  const grid = rows.map(() => [])
  const merged = []
  rows.forEach((cells, row) => {
    let column = 0
    cells.forEach((cell) => {
      while (grid[row][column]) column++
      const { colspan, rowspan } = cell.attrs
      const height = Math.min(rowspan, rows.length - row)
      let width = 1
      while (width < colspan && !grid[row][column + width]) width++
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) grid[row + i][column + j] ??= cell.type.createAndFill()
      }
      grid[row][column] = cell.type.create({ ...cell.attrs, colspan: 1, rowspan: 1, colwidth: null }, cell.content)
      if (height > 1 || width > 1) merged.push({ row, column, height, width })
    })
  })
  const width = Math.max(...grid.map((cells) => cells.length))
  const empty = schema.nodes.tableCell
  const even = grid.map((cells) =>
    pm.model.Fragment.from(Array.from({ length: width }, (_, column) => cells[column] ?? empty.createAndFill())),
  )
  return { rows: even, height: even.length, width, merged }
}
