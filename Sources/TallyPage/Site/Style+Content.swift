extension Style {
    /// Checks, limits, series and their plots.
    static let content = #"""

        bdi, .text { unicode-bidi: isolate; overflow-wrap: anywhere; }
        #checks li { display: grid; grid-template-columns: 17px minmax(0, 1fr) auto; padding: 3px 0;
          align-items: baseline; }
        #checks .why { grid-column: 2 / -1; font-size: 12px; color: var(--muted); }
        #checks .word { font-weight: 600; font-size: 13px; }
        li.ok .word { color: var(--ok); }
        li.warn .word { color: var(--warn); }
        li.fail .word { color: var(--fail); }
        #checks li.warn { background: var(--warn-bg); }
        #checks li.fail { background: var(--fail-bg); }
        #checks li.warn, #checks li.fail { margin: 1px -6px; padding: 3px 6px; border-radius: 5px; }
        #checks li.warn .why, #checks li.fail .why { color: var(--text); }

        #windows > div + div { margin-top: 9px; }
        #windows h3 { font: 12px var(--mono); color: var(--muted); }
        .windows { display: flex; flex-wrap: wrap; gap: 4px 18px; }
        .windows div { display: grid; }
        .windows b { font-size: 21px; font-weight: 600; line-height: 1.25; }

        #fullest li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 8px; padding: 3px 0;
          font-size: 12.5px; }
        #fullest .text { font-family: var(--mono); font-size: 12px; }
        #fullest .track { grid-column: 1 / -1; height: 4px; border-radius: 2px; background: var(--line); }
        #fullest .track i { display: block; height: 100%; border-radius: 2px; background: var(--mid); }
        #fullest li.fail { margin: 1px -6px; padding: 4px 6px; border-radius: 5px; background: var(--fail-bg); }
        #fullest li.fail b, #fullest li.fail .text { color: var(--fail); font-weight: 600; }
        #fullest li.fail .track i { background: var(--fail); }
        #fullest li.warn .track i { background: var(--warn); }
        #fullest .note { grid-column: 1 / -1; }
        #costs { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 10px; margin-top: 9px;
          padding-top: 8px; border-top: 1px solid var(--line); font-size: 12.5px; }
        #costs dt { color: var(--muted); }
        #costs dd { text-align: right; }
        #costs dd.bad { color: var(--fail); font-weight: 600; }

        .family { border-top: 1px solid var(--line); padding: 5px 0; content-visibility: auto;
          contain-intrinsic-size: auto 44px; }
        .family:first-child { border-top: 0; }
        .head { display: flex; flex-wrap: wrap; gap: 0 10px; align-items: baseline; min-width: 0; }
        .head h3 { font: 600 12.5px/1.5 var(--mono); overflow-wrap: anywhere; }
        .head .help { color: var(--muted); font-size: 12px; }
        .labels .head { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        .row { display: grid; gap: 2px 14px; align-items: center; min-height: 32px; padding: 2px 0;
          grid-template-columns: minmax(0, 1fr) clamp(170px, 21vw, 360px) 240px 28px; }
        .row.hist { grid-template-columns:
          minmax(0, 1fr) clamp(110px, 12vw, 210px) clamp(90px, 9vw, 150px) 240px 28px; }
        .row .plot { grid-column: 2; }
        .row .plot.bars, .row .values { grid-column: 3; }
        .row.hist .values { grid-column: 4; }
        .row .copy { grid-column: -2; }
        .row:hover { background: linear-gradient(90deg, transparent, var(--bg) 30%); }
        .labels { font: 12px/1.45 var(--mono); min-width: 0; display: -webkit-box; -webkit-box-orient: vertical;
          -webkit-line-clamp: 3; overflow: hidden; }
        .labels .name { color: var(--muted); }
        .labels .text + .name { margin-left: 9px; }
        .values { text-align: right; line-height: 1.25; min-width: 0; }
        .values b { font-weight: 600; font-size: 14px; }
        .values small { display: block; font-size: 11.5px; }
        .quant { display: flex; justify-content: flex-end; gap: 9px; font-size: 12.5px; }
        .quant span { white-space: nowrap; }
        .quant small { display: inline; }
        .at .values b, .at .quant b { color: var(--accent); }
        .copy { padding: 0; width: 28px; min-height: 26px; border-color: transparent; background: none;
          color: var(--muted); line-height: 1; }
        .copy svg { width: 14px; height: 14px; vertical-align: -2px; }
        .copy:hover, .copy:focus-visible { color: var(--accent); border-color: var(--edge); }
        .rest { margin: 3px 0 2px; font-size: 12px; min-height: 24px; padding: 1px 8px; }

        .plot { position: relative; height: 28px; }
        .plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
        .plot path { fill: none; stroke: var(--accent); stroke-width: 1.4; vector-effect: non-scaling-stroke;
          stroke-linejoin: round; }
        .plot .area { fill: var(--soft); stroke: none; }
        .plot .low { stroke: var(--mid); stroke-width: 1; }
        .plot .base { stroke: var(--line); stroke-width: 1; }
        .plot rect { fill: var(--mid); }
        .plot .dotted { stroke-linecap: round; stroke-width: 2.5; }
        .lit .plot.time::after { content: ""; position: absolute; top: 0; bottom: 0; left: calc(var(--at) * 100%);
          border-left: 1px solid var(--text); opacity: .7; pointer-events: none; }

        #plots { display: grid; gap: 14px 20px;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); }
        #plots h3 { font: 12px var(--mono); display: flex; justify-content: space-between; gap: 8px; }
        #plots .plot { height: 64px; border-bottom: 1px solid var(--line); }
        #plots small { display: flex; justify-content: space-between; }

        @media (max-width: 760px) {
          .row, .row.hist { grid-template-columns: minmax(0, 1fr) minmax(0, 1.25fr) 28px; padding: 4px 0; }
          .labels { grid-column: 1 / -1; }
          .row .copy { grid-column: 3; grid-row: 2; }
          .row .values { grid-column: 2; grid-row: 2; }
          .row .plot { grid-row: 2; grid-column: 1; }
          .row.hist .plot.time { grid-row: 3; }
          .row.hist .plot.bars { grid-row: 2; }
          .row.hist .values { grid-row: 2 / 4; }
          .quant { flex-wrap: wrap; gap: 0 8px; }
        }
        @media (prefers-reduced-motion: no-preference) {
          header, #checks li, .track i { transition: background-color .3s, border-color .3s; }
          #toast { animation: rise .15s ease-out; }
          @keyframes rise { from { transform: translateY(8px); opacity: 0; } }
        }
        @media (forced-colors: active) { .dot { forced-color-adjust: none; } }

        """#
}
