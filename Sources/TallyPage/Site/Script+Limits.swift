extension Script {
    /// The fullest families, and what scrapes cost.
    static let limits = #"""

        const limitNodes = new Map();
        const costNodes = new Map();

        const showLimits = (limits, history) => {
          const families = limits.families.filter((family, index) => index < 8 || number(family.lookups) > 0);
          reconcile($("fullest"), limitNodes, families, (family) => family.name + "{" + family.constant, (family) => {
            const name = family.name + (family.constant && `{${family.constant}}`);
            const node = el("li", "", foreign(name), el("b", ""), el("span", "track", el("i", "")),
              el("small", "note"));
            node.children[2].ariaHidden = "true";
            return node;
          }, (node, family) => {
            const isFull = number(family.lookups) > 0;
            const share = Math.min(1, family.children / family.max);
            mark(node, isFull ? "fail" : share > 0.8 ? "warn" : "");
            put(node.children[1], `${exact(family.children)} of ${exact(family.max)}`);
            node.children[2].firstChild.style.width = share * 100 + "%";
            const sets = Math.round(number(family.sets));
            put(node.children[3], isFull
              ? `past its limit: about ${exact(sets)} label sets rejected in ${exact(family.lookups)} lookups` : "");
            node.children[3].hidden = !isFull;
          });
          const rejected = limits.rejected.filter(([, total]) => number(total) > 0);
          const costs = [
            ["Series", exact(limits.series)],
            ["Last scrape", limits.scrapeSeconds === null ? "not measured" : !limits.scrapeSeconds ? "none yet"
              : `${duration(limits.scrapeSeconds)}, ${exact(limits.samples ?? 0)} samples`],
            ...rejected.map(([reason, total]) => [`Rejected updates, ${visible(reason)}`, exact(total), "bad"]),
          ];
          if (!rejected.length) costs.push(["Rejected updates", "0"]);
          if (number(limits.shortened) > 0) costs.push(["Truncated label values", exact(limits.shortened), "bad"]);
          if (limits.omitted) costs.push(["Families omitted by scrapes", exact(limits.omitted), "bad"]);
          if (history) {
            const left = history.omitted ? `, ${exact(history.omitted)} left out` : "";
            costs.push(["Series with history", exact(history.series) + left, history.omitted ? "bad" : ""]);
          }
          const cells = costs.flatMap(([name, value, state]) => [["dt", name, name], ["dd", name, value, state]]);
          reconcile($("costs"), costNodes, cells, ([tag, name]) => tag + name, ([tag]) => el(tag, ""),
            (node, [, , text, state]) => {
              put(node, text);
              mark(node, state ?? "");
            });
        };

        """#
}
