extension Script {
    /// The row of a series.
    static let series = #"""

        const seen = new IntersectionObserver((entries) => {
          for (const entry of entries) {
            const node = entry.target;
            node.isSeen = entry.isIntersecting;
            if (node.isSeen && node.isLate) showRow(node);
          }
        }, { rootMargin: "300px" });

        const copyIcon = () => draw("svg", { viewBox: "0 0 16 16", fill: "none", stroke: "currentColor",
          "stroke-width": "1.4", "aria-hidden": "true" },
          draw("rect", { x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.5 }),
          draw("path", { d: "M10.5 3.5v-1a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h1" }));

        const labelNodes = (family, series) => family.labels.flatMap((name, index) => {
          const label = el("span", "name", visible(name) + "=");
          return [label, foreign(series.labels[index])];
        });

        const makeRow = (family, series) => {
          const isHistogram = family.shape === "histogram";
          const copy = el("button", "copy", copyIcon());
          copy.type = "button";
          copy.title = "Copy as PromQL";
          copy.ariaLabel = "Copy as PromQL: " + visible(family.name + " " + series.labels.join(" "));
          copy.onclick = () => copyText(promQL(family, series));
          const labels = el("div", "labels", ...labelNodes(family, series));
          const plot = makePlot("time");
          const values = el("div", "values");
          const node = el("div", isHistogram ? "row hist" : "row", labels, plot,
            ...(isHistogram ? [makePlot("bars")] : []), values, copy);
          node.parts = { labels, plot, bars: isHistogram ? node.children[2] : null, values, copy };
          node.plain = node.className;
          node.family = family;
          node.series = series;
          seen.observe(node);
          return node;
        };

        const pair = (name, text) => el("span", "", el("small", "", name), " ", el("b", "", text));

        // The parts of a row's text, at the cursor or now: [name or null, main, title].
        const reading = (family, series) => {
          const at = cursor.index(series);
          const isPast = at !== null;
          const now = present(family, series);
          const point = (curve) => isPast ? series.curves[curve]?.[at] ?? NaN : now[curve];
          switch (family.shape) {
          case "counter": return {
            main: (series.rate === undefined && !isPast ? "…" : format(point(0), family.unit)) + "/s",
            note: `${format(series.exact[0], family.unit)} total`,
            title: exact(series.exact[0]),
          };
          case "histogram": return {
            quantiles: family.bounds.length > 1
              ? quantiles.map((q, index) => [`p${q * 100}`, format(point(index + 1), family.unit)])
              : [["quantiles", family.native ? "native: see Prometheus" : "–"]],
            note: [
              series.rate === undefined && !isPast ? "" : `${format(point(0), "")}/s`,
              `${exact(series.exact[family.bounds.length + 1])} in all`,
              series.isRecent || isPast ? "" : "since boot",
            ].filter(Boolean).join(" · "),
            title: `sum ${exact(series.exact[family.bounds.length])}`,
          };
          case "info": return { main: "", note: "" };
          case "states": {
            const active = family.parts.filter((_, index) => series.values[index] > 0);
            return { main: active.map(visible).join(", ") || "none", note: "" };
          }
          default: {
            const value = isPast ? point(0) : series.exact[0];
            return { main: format(isPast ? value : number(value), family.unit), note: "", title: exact(value),
              more: family.parts.slice(1).map((part, index) => [part, format(point(index + 1), family.unit)]) };
          }
          }
        };

        const showValues = (node, family, series) => {
          const text = reading(family, series);
          const code = JSON.stringify(text);
          if (node.code === code) return;
          node.code = code;
          const several = text.quantiles ?? (text.more?.length ? [[family.parts[0], text.main], ...text.more] : null);
          const main = several
            ? el("div", "quant", ...several.map(([name, value]) => pair(visible(name), value)))
            : el("b", "", text.main);
          node.replaceChildren(main, ...(text.note ? [el("small", "", text.note)] : []));
          node.title = text.title ?? "";
        };

        // Draws a row, or leaves that until it is in view.
        const showRow = (node) => {
          const { family, series, parts } = node;
          node.isLate = !node.isSeen;
          showValues(parts.values, family, series);
          mark(node, cursor.at === null ? node.plain : node.plain + " at");
          if (!node.isSeen) return;
          const curves = series.curves ?? [];
          parts.plot.hidden = !curves.length;
          // The windows of active users differ too much for one scale.
          const hasQuantiles = family.shape === "histogram" && curves.length > 1;
          plotCurves(parts.plot, hasQuantiles ? curves.slice(1) : curves.slice(0, 1));
          if (parts.bars) plotBars(parts.bars, series.counts, family.bounds, family.unit);
        };

        """#
}
