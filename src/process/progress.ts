/** Where progress is shown: a terminal, or a file, a pipe, a build's log. */
export interface Screen {
  isTTY?: boolean
  write: (text: string) => unknown
}

export interface Progress {
  /** @param by 1 unless said */
  advance: (by?: number) => void
  /** Leaves the cursor on a line of its own, also where the work broke off. */
  finish: () => void
}

/** With the words on both sides it stays within 80 columns. */
const BAR_WIDTH = 30

/** A bar that fills up on a terminal; anywhere else a line at each quarter. */
export function showProgress(screen: Screen, words: string, total: number): Progress {
  const isTerminal = screen.isTTY === true
  const step = isTerminal ? 1 : 25
  let done = 0
  let shown = -1
  const show = (): void => {
    const percent = Math.floor((100 * done) / total / step) * step
    if (percent === shown) return
    shown = percent
    const counted = `${withCommas(done)} of ${withCommas(total)}`
    if (isTerminal) screen.write(`\r${words}  ${bar(percent)}  ${counted}`)
    else if (percent > 0) screen.write(`${words}: ${counted}\n`)
  }
  if (total > 0) show()
  return {
    advance(by = 1) {
      done += by
      show()
    },
    finish() {
      if (isTerminal) screen.write('\n')
    },
  }
}

function bar(percent: number): string {
  const filled = Math.round((BAR_WIDTH * percent) / 100)
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
}

const withCommas = (count: number): string => count.toLocaleString('en-GB')
