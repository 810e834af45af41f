extension Script {
    /// The plots of the page's host, and the cursor over all plots.
    static let plots = #"""

        const plotNodes = new Map();

        // One cursor for all plots, as a share of their width.
        const cursor = {
          at: null,
          index(series) {
            if (this.at === null || !series.curves) return null;
            const count = series.curves[0]?.length ?? 0;
            return count ? Math.round(this.at * (count - 1)) : null;
          },
          move(at) {
            if (at === this.at) return;
            this.at = at;
            document.body.classList.toggle("lit", at !== null);
            if (at !== null) document.body.style.setProperty("--at", at);
            put($("cursor"), at === null ? "" : `· ${ago((1 - at) * span())} ago`);
            this.frame ??= requestAnimationFrame(() => {
              this.frame = null;
              for (const node of familyNodes.values()) for (const row of node.rows.values()) if (row.isSeen) {
                showValues(row.parts.values, row.family, row.series);
                mark(row, this.at === null ? row.plain : row.plain + " at");
              }
            });
          },
        };

        document.addEventListener("pointermove", (event) => {
          const plot = event.target.closest?.("#families .plot.time");
          if (!plot) return cursor.isHeld ? undefined : cursor.move(null);
          const box = plot.getBoundingClientRect();
          cursor.isHeld = false;
          cursor.move(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
        });

        const showPlots = (document) => {
          const plots = document.plots ?? [];
          $("machine").hidden = document.plots !== null && !plots.length;
          put($("machine-note"), document.plots === null ? "is not available now"
            : document.found > plots.length ? `the first ${plots.length} of ${document.found} plots` : "");
          // Titles need not differ.
          plots.forEach((plot, index) => { plot.key = index + " " + plot.title; });
          reconcile($("plots"), plotNodes, plots, (plot) => plot.key, (plot) => {
            const value = el("b", "");
            const node = el("figure", "", el("h3", "", foreign(plot.title), value), makePlot(""),
              el("small", "", el("span", ""), el("span", "")));
            node.style.margin = "0";
            return node;
          }, (node, { points, unit }) => {
            const values = points.map(([, value]) => value);
            const steps = points.slice(1).map(([time], index) => time - points[index][0]).sort((a, b) => a - b);
            // Where samples are missing, the plot has a gap. Times of the day may stand still or go back.
            const step = Math.max(1, steps[Math.floor(steps.length / 2)] ?? 1);
            const curve = [];
            let room = 2000;
            points.forEach(([time, value], index) => {
              const missing = index ? Math.round((time - points[index - 1][0]) / step) - 1 : 0;
              const gap = Math.min(Math.max(0, missing), room);
              room -= gap;
              curve.push(...Array(gap).fill(null), value);
            });
            plotCurves(node.children[1], [curve]);
            put(node.querySelector("b"), values.length ? format(values[values.length - 1] ?? NaN, unit) : "–");
            const [from, to] = node.lastChild.children;
            put(from, points.length ? clockTime(new Date(points[0][0] * 1000)) : "no samples");
            const most = values.filter(known);
            put(to, most.length ? "max " + format(Math.max(...most), unit) : "");
          });
        };

        """#
}
