extension Style {
    /// Colours, the frame of the page, and its controls.
    static let frame = #"""

        :root {
          color-scheme: light dark;
          --bg: #f4f5f7; --panel: #fff; --text: #14181d; --muted: #55606e; --line: #dde1e6; --edge: #7b8592;
          --accent: #1d5bc9; --soft: #dfe9fb; --mid: #6f9be6;
          --ok: #13693a; --warn: #804d00; --fail: #ae1f19;
          --ok-bg: #e6f4eb; --warn-bg: #fdf1db; --fail-bg: #fce9e8;
          --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --bg: #0f1216; --panel: #171b21; --text: #e5e9ef; --muted: #9ca7b5; --line: #2a313a; --edge: #6c7785;
            --accent: #86b4ff; --soft: #1d2c47; --mid: #4a76c0;
            --ok: #68d699; --warn: #f3bc52; --fail: #ff958e;
            --ok-bg: #12291c; --warn-bg: #2e2410; --fail-bg: #371817;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0; background: var(--bg); color: var(--text);
          font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums;
        }
        h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
        ul { list-style: none; }
        small { font-size: 12px; font-weight: 400; color: var(--muted); }
        .skip { position: absolute; left: -100vw; }
        .skip:focus { left: 8px; top: 8px; z-index: 3; padding: 6px 10px; background: var(--panel); }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        #metrics:focus { outline: none; }

        header {
          position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center;
          justify-content: space-between; padding: 9px 16px; background: var(--panel);
          border-bottom: 1px solid var(--line); border-top: 3px solid var(--edge);
        }
        header.ok { border-top-color: var(--ok); }
        header.warn { border-top-color: var(--warn); background: var(--warn-bg); }
        header.fail { border-top-color: var(--fail); background: var(--fail-bg); }
        .banner { display: flex; flex-wrap: wrap; gap: 1px 12px; align-items: baseline; min-width: 0; }
        h1 { font-size: 16px; font-weight: 650; overflow-wrap: anywhere; }
        #state { font-weight: 550; overflow-wrap: anywhere; }
        .ok #state { color: var(--ok); }
        .warn #state { color: var(--warn); }
        .fail #state { color: var(--fail); }
        #clock { color: var(--muted); font-size: 12px; }
        .warn #clock, .fail #clock { color: var(--text); }
        .dot { display: inline-block; width: 9px; height: 9px; margin-right: 8px; border-radius: 50%;
          background: var(--edge); }
        .ok > .dot, .ok h1 .dot { background: var(--ok); }
        .warn > .dot, .warn h1 .dot { background: var(--warn); border-radius: 1px; transform: rotate(45deg); }
        .fail > .dot, .fail h1 .dot { background: var(--fail); border-radius: 1px; }

        .tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
        input, select, button {
          font: inherit; font-size: 13px; color: var(--text); background: var(--panel); border: 1px solid var(--edge);
          border-radius: 6px; padding: 3px 9px; min-height: 28px;
        }
        button { cursor: pointer; }
        button:hover, select:hover { border-color: var(--accent); }
        button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--panel); }
        input[type="search"] { width: 15rem; max-width: 100%; }
        input::placeholder { color: var(--muted); opacity: 1; }
        .choice { display: flex; }
        .choice button { border-radius: 0; margin-left: -1px; }
        .choice button:first-child { border-radius: 6px 0 0 6px; margin-left: 0; }
        .choice button:last-child { border-radius: 0 6px 6px 0; }
        .every { font-size: 13px; color: var(--muted); }
        .warn .every, .fail .every { color: var(--text); }

        #trouble { padding: 8px 16px; background: var(--fail-bg); color: var(--fail); font-weight: 550;
          border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        .stale main { opacity: .96; filter: grayscale(1); }
        main { display: grid; gap: 14px; padding: 14px 16px 48px; max-width: 1600px; margin: 0 auto; }
        main > div { display: grid; gap: 14px; align-content: start; min-width: 0; }
        section { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 11px 14px;
          min-width: 0; scroll-margin-top: 70px; }
        h2 { font-size: 13px; font-weight: 650; margin-bottom: 7px; }
        h2 small { margin-left: 6px; }
        @media (min-width: 1040px) {
          main { grid-template-columns: minmax(300px, 350px) minmax(0, 1fr); }
          .side { position: sticky; top: 68px; max-height: calc(100vh - 82px); overflow-y: auto; }
        }
        @media (min-width: 641px) and (max-width: 1039px) {
          .side { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          #limits { grid-column: 1 / -1; }
        }
        #toast { position: fixed; right: 16px; bottom: 16px; z-index: 3; max-width: min(90vw, 560px); padding: 9px 13px;
          background: var(--text); color: var(--panel); border-radius: 7px; font-size: 13px; overflow-wrap: anywhere;
          box-shadow: 0 4px 18px #0005; }
        #toast code { font-family: var(--mono); font-size: 12px; display: block; user-select: all; }
        #more { margin-top: 10px; }
        noscript p { padding: 16px; }
        @media (max-width: 640px) {
          header { position: static; padding: 9px 12px; }
          main { padding: 10px 8px 40px; gap: 10px; }
          section { padding: 10px; }
          .tools { width: 100%; }
          input[type="search"] { width: 100%; }
          #pause { margin-left: auto; }
        }

        """#
}
