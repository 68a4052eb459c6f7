/** What the tests use of it: its own types would bring a browser's globals into the whole house. */
declare module 'jsdom' {
  /** Says nothing of what it cannot do. */
  export class VirtualConsole {
    removeAllListeners: () => void
  }
  export class JSDOM {
    constructor(
      text: string,
      options?: { contentType?: string; runScripts?: 'outside-only'; virtualConsole?: VirtualConsole },
    )
    readonly window: { eval: (code: string) => unknown; close: () => void }
  }
}
