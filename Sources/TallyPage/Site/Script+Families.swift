extension Script {
    /// The list of families, and active users by window.
    static let families = #"""

        const families = new Map();
        const familyNodes = new Map();
        const windowNodes = new Map();
        const firstRows = 6;
        let shownFamilies = 200;

        // Takes the families of a poll. `added` is the number of new points in the history, null without one.
        const takeFamilies = (document, time, added) => {
          const names = new Set();
          for (const raw of document.families) {
            // Registries that include each other can have two families of a name, with other constant labels.
            const key = JSON.stringify([raw.name, raw.constant, raw.labels]);
            names.add(key);
            let family = families.get(key);
            if (!family || family.type !== raw.type) families.set(key, family = { series: new Map() });
            const { series: items, ...facts } = raw;
            Object.assign(family, facts, { key, shape: shapeOf(raw), unit: unitOf(raw.name), parts: raw.parts ?? [] });
            if (family.shape === "histogram") family.bounds = family.parts.map(number);
            const keys = new Set();
            for (const item of items) {
              const id = JSON.stringify(item.l);
              keys.add(id);
              let series = family.series.get(id);
              if (!series) family.series.set(id, series = { key: id, labels: item.l });
              take(family, series, item.v, time);
              if (added !== null) extend(series, item.h, added, document.history.count);
              else if (time !== null) extend(series, present(family, series).map((value) => [value]), 1, 60);
            }
            for (const id of family.series.keys()) if (!keys.has(id)) family.series.delete(id);
            family.order = [...keys];
          }
          for (const key of families.keys()) if (!names.has(key)) families.delete(key);
          return [...names].map((key) => families.get(key));
        };

        const makeFamily = (family) => {
          const node = el("article", "family");
          const constant = family.constant.map(([name, value]) => foreign(`${name}=${value}`));
          node.head = el("div", "head", el("h3", "", foreign(family.name)), el("small", "", family.kind, ...constant),
            el("span", "help", visible(family.help)));
          node.rest = el("button", "rest");
          node.rest.type = "button";
          node.rest.onclick = () => { node.isOpen = true; showFamily(node, node.family); };
          node.rows = new Map();
          node.body = el("div", "");
          node.append(node.head, node.body, node.rest);
          return node;
        };

        const showFamily = (node, family) => {
          node.family = family;
          const rows = node.isOpen ? family.order : family.order.slice(0, firstRows);
          reconcile(node.body, node.rows, rows.map((id) => family.series.get(id)), (series) => series.key,
            (series) => makeRow(family, series), (row, series) => {
              Object.assign(row, { family, series });
              // A family with one series needs one line.
              if (!family.labels.length && !row.parts.labels.contains(node.head)) row.parts.labels.append(node.head);
              showRow(row);
            });
          const more = family.order.length - rows.length;
          node.rest.hidden = more === 0;
          put(node.rest, `Show ${exact(more)} more series`);
        };

        const showFamilies = (list) => {
          reconcile($("families"), familyNodes, list.slice(0, shownFamilies), (family) => family.key + family.type,
            makeFamily, showFamily);
          const more = list.length - shownFamilies;
          $("more").hidden = more <= 0;
          put($("more"), `Show ${exact(Math.min(more, 200))} more families`);
        };

        const showCount = ({ found, shown }) => {
          put($("count"), found > shown ? `the first ${exact(shown)} of ${exact(found)} series: search to narrow them`
            : found ? `${exact(found)} series, plots of the last ${duration(span())}` : "nothing matches the search");
        };

        const showUsers = (list) => {
          const users = list.filter((family) => family.kind === "active users");
          $("users").hidden = !users.length;
          const items = users.flatMap((family) =>
            family.order.map((id) => ({ family, series: family.series.get(id) })));
          reconcile($("windows"), windowNodes, items, ({ family, series }) => family.key + series.key,
            ({ family, series }) => {
              const pairs = labelsOf(family, series);
              const labels = pairs.length ? selector(family.name, pairs) : family.name;
              const node = el("div", "", el("h3", "", foreign(labels)), el("div", "windows"));
              for (const part of family.parts) {
                node.lastChild.append(el("div", "", el("b", ""), el("small", "", "last " + visible(part))));
              }
              return node;
            }, (node, { series }) => {
              series.exact.forEach((value, index) => {
                const count = node.lastChild.children[index]?.firstChild;
                if (count) put(count, exact(value));
              });
            });
        };

        """#
}
