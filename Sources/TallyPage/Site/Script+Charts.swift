extension Script {
    /// Plots as paths in a box of 100 by 30.
    static let charts = #"""

        const known = (value) => value !== null && Number.isFinite(value);

        // The range of values that a plot shows. It contains zero, so that heights can be compared.
        const extent = (curves) => {
          let [low, high] = [0, 0];
          for (const curve of curves) {
            for (const value of curve) {
              if (!known(value)) continue;
              if (value < low) low = value;
              if (value > high) high = value;
            }
          }
          return high > low ? [low, high] : [low, low + 1];
        };

        const line = (curve, [low, high]) => {
          const width = 100 / Math.max(1, curve.length - 1);
          let [path, isOpen, start] = ["", false, 0];
          const areas = [];
          curve.forEach((value, index) => {
            if (!known(value)) {
              if (isOpen) areas.push([start, index - 1]);
              isOpen = false;
              return;
            }
            const x = (index * width).toFixed(2);
            const y = (29 - 28 * (value - low) / (high - low)).toFixed(2);
            if (!isOpen) start = index;
            // A point between two gaps would be a line of no length, which is not drawn.
            const isAlone = !isOpen && !known(curve[index + 1]);
            path += isOpen ? `L${x} ${y}` : isAlone ? `M${x} ${y}h.01` : `M${x} ${y}`;
            isOpen = true;
          });
          if (isOpen) areas.push([start, curve.length - 1]);
          return { path, areas: areas.map(([from, to]) => [from * width, to * width]) };
        };

        const area = ({ path, areas }) => {
          const parts = path.split("M").filter(Boolean);
          return parts.map((part, index) =>
            `M${areas[index][0].toFixed(2)} 29L${part}L${areas[index][1].toFixed(2)} 29Z`).join("");
        };

        const makePlot = (name) => {
          const svg = draw("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" });
          const node = el("div", "plot " + name, svg);
          node.paths = new Map();
          return node;
        };

        const setPath = (plot, name, d) => {
          let path = plot.paths.get(name);
          if (!path) {
            plot.paths.set(name, path = draw("path", { class: name }));
            plot.firstChild.append(path);
          }
          if (path.drawn !== d) path.setAttribute("d", path.drawn = d);
        };

        // Draws curves over time: the last one prominently, the others thinly below it.
        const plotCurves = (plot, curves) => {
          const range = extent(curves);
          setPath(plot, "base", "M0 29H100");
          const lines = curves.map((curve) => line(curve, range));
          const main = lines[lines.length - 1];
          setPath(plot, "area", main ? area(main) : "");
          setPath(plot, "low", lines.slice(0, -1).map((one) => one.path).join(""));
          setPath(plot, "main", main?.path ?? "");
        };

        // Draws the counts of buckets as bars.
        const plotBars = (plot, counts, bounds, unit) => {
          const most = Math.max(1, ...counts);
          const width = 100 / counts.length;
          const svg = plot.firstChild;
          while (svg.children.length < counts.length) svg.append(draw("rect", {}, draw("title", {})));
          while (svg.children.length > counts.length) svg.lastChild.remove();
          counts.forEach((count, index) => {
            const bar = svg.children[index];
            const height = count > 0 ? Math.max(1.2, 28 * count / most) : 0;
            const text = [index * width + width * 0.08, 29 - height, width * 0.84, height].map((n) => n.toFixed(2));
            ["x", "y", "width", "height"].forEach((key, at) => bar.setAttribute(key, text[at]));
            const bound = bounds[index] === Infinity ? "more" : "≤ " + format(bounds[index], unit);
            put(bar.firstChild, `${bound}: ${exact(count)}`);
          });
        };

        """#
}
