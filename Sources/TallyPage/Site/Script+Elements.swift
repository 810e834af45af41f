extension Script {
    /// Elements and text. Values of metrics become text nodes and never markup.
    static let elements = #"""

        const $ = (id) => document.getElementById(id);

        const el = (tag, name, ...children) => {
          const node = document.createElement(tag);
          if (name) node.className = name;
          node.append(...children);
          return node;
        };

        const draw = (tag, attributes, ...children) => {
          const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
          for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
          node.append(...children);
          return node;
        };

        // Writes only what has changed, because a write costs a layout.
        const put = (node, text) => { if (node.shown !== text) node.textContent = node.shown = text; };
        const mark = (node, name) => { if (node.className !== name) node.className = name; };

        // Characters that are invisible, or that reorder the text around them, are shown as their numbers.
        const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
        const visible = (text) =>
          text.replace(hidden, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");

        // A text of someone else's making, apart from the direction of the text around it.
        const foreign = (text) => {
          const node = el("bdi", "text", visible(text));
          node.dir = "auto";
          return node;
        };

        // Keeps one node for each key, in the order of the items.
        const reconcile = (parent, known, items, keyOf, make, update) => {
          const seen = new Set();
          let place = parent.firstChild;
          for (const item of items) {
            const key = keyOf(item);
            if (seen.has(key)) continue;
            seen.add(key);
            let node = known.get(key);
            if (!node) known.set(key, node = make(item));
            update(node, item);
            if (node === place) place = place.nextSibling;
            else parent.insertBefore(node, place);
          }
          for (const [key, node] of known) {
            if (seen.has(key)) continue;
            node.remove();
            known.delete(key);
          }
        };

        """#
}
