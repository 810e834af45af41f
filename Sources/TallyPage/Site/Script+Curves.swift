extension Script {
    /// Rates, quantiles, and the curves of a series.
    static let curves = #"""

        const quantiles = [0.5, 0.9, 0.99];

        // Linear within a bucket, as Prometheus does it. The bounds end with infinity, the counts are cumulative.
        const quantile = (q, counts, bounds) => {
          const total = counts[counts.length - 1];
          if (!(total > 0) || bounds.length < 2) return NaN;
          const rank = q * total;
          const bucket = counts.findIndex((count) => count >= rank);
          if (bucket < 0 || bucket === bounds.length - 1) return bounds[bounds.length - 2];
          if (bucket === 0 && bounds[0] <= 0) return bounds[0];
          const [before, start] = bucket ? [counts[bucket - 1], bounds[bucket - 1]] : [0, 0];
          return start + (bounds[bucket] - start) * (rank - before) / (counts[bucket] - before);
        };

        // The shape of a family's series, which decides the curves of each.
        const shapeOf = (family) => {
          if (family.type === "counter") return "counter";
          if (family.type === "histogram" && family.part === "le") return "histogram";
          if (family.part && family.kind !== "active users") return "states";
          return family.name.endsWith("_info") ? "info" : "gauge";
        };

        // The growth of a histogram in the last minute that this page has seen, or since boot before it has any.
        const recentCounts = (series, counts, time) => {
          const kept = series.kept ??= [];
          const restarted = kept.length && counts.some((count, index) => count < kept[kept.length - 1].counts[index]);
          if (restarted) kept.length = 0;
          kept.push({ time, counts });
          while (kept.length > 2 && kept[1].time <= time - 60) kept.shift();
          const grown = counts.map((count, index) => count - kept[0].counts[index]);
          series.isRecent = grown[grown.length - 1] > 0;
          return series.isRecent ? grown : counts;
        };

        // Takes the values of a poll. `time` is the server's, in seconds; null if its clock has not advanced.
        const take = (family, series, values, time) => {
          const before = series.values;
          series.exact = values;
          series.values = values.map(number);
          const total = family.shape === "histogram" ? family.bounds.length + 1 : 0;
          if (family.shape === "counter" || family.shape === "histogram") {
            const elapsed = before && time !== null && series.time !== undefined ? time - series.time : 0;
            if (elapsed > 0) {
              const grown = series.values[total] - before[total];
              series.rate = (grown < 0 ? series.values[total] : grown) / elapsed;
            }
          }
          if (time !== null) series.time = time;
          if (family.shape !== "histogram") return;
          const counts = recentCounts(series, series.values.slice(0, family.bounds.length), time ?? series.time ?? 0);
          series.counts = counts.map((count, index) => count - (index ? counts[index - 1] : 0));
          series.quantiles = quantiles.map((q) => quantile(q, counts, family.bounds));
        };

        // The values of the curves now, in the order in which the server keeps them.
        const present = (family, series) => {
          switch (family.shape) {
          case "counter": return [series.rate ?? NaN];
          // One bucket alone has no quantiles.
          case "histogram": return [series.rate ?? NaN, ...(family.bounds.length > 1 ? series.quantiles : [])];
          case "gauge": return series.values;
          default: return [];
          }
        };

        // Adds the points of a poll on the right. Where a series has none, the curve has a gap.
        const extend = (series, points, added, count) => {
          if (!points && !series.curves) return;
          const width = points?.length ?? series.curves.length;
          series.curves ??= Array.from({ length: width }, () => []);
          for (let curve = 0; curve < width; curve += 1) {
            const fresh = points?.[curve] ?? Array(Math.min(added, count)).fill(null);
            const whole = [...(series.curves[curve] ?? []), ...fresh];
            const missing = count - whole.length;
            series.curves[curve] = missing > 0 ? [...Array(missing).fill(null), ...whole] : whole.slice(-count);
          }
        };

        """#
}
