/* The cells of tables: in which column they stand, and how far they may reach. */

/* The cells of a table with the column in which each begins. */
export function cellsOf(table) {
  const taken = []
  return [...table.rows].flatMap((row, top) =>
    [...row.cells].map((cell) => {
      let left = 0
      while (taken[top]?.[left]) left++
      const width = cell.colSpan
      for (let i = 0; i < Math.max(cell.rowSpan, 1); i++) {
        taken[top + i] ??= []
        for (let j = 0; j < width; j++) taken[top + i][left + j] = true
      }
      return { cell, left, width }
    }),
  )
}

/* A cell that says it is higher than its table would add rows to it. */
export function clipSpans(table) {
  for (const section of [...table.tBodies, table.tHead, table.tFoot].filter(Boolean)) {
    const rows = [...section.rows]
    for (const [place, row] of rows.entries()) {
      for (const cell of row.cells) {
        const left = rows.length - place
        if (cell.rowSpan === 0 || cell.rowSpan > left) cell.rowSpan = left
        if (cell.rowSpan === 1) cell.removeAttribute("rowspan")
        if (cell.colSpan === 1) cell.removeAttribute("colspan")
      }
    }
  }
}
