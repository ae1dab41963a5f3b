/** A number with three digits or so. */
export function renderFigure(figure: number): string {
  return figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0)
}
