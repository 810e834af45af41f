extension Script {
    /// The query of a series. https://prometheus.io/docs/prometheus/latest/querying/basics/
    static let promQL = #"""

        // JSON's escapes are also PromQL's. Its lexer takes U+FFFD for an error, and invisible characters do not
        // survive every clipboard.
        const quoted = (text) => JSON.stringify(text).replace(
          /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu,
          (c) => c.length > 1
            ? "\\U" + c.codePointAt(0).toString(16).padStart(8, "0")
            : "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

        const selector = (name, labels) => {
          const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
          const pairs = labels.map(([label, value]) =>
            (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) ? label : quoted(label)) + "=" + quoted(value));
          if (!isPlain) pairs.unshift(quoted(name));
          return (isPlain ? name : "") + (pairs.length ? "{" + pairs.join(",") + "}" : "");
        };

        const labelsOf = (family, series) =>
          [...family.constant, ...family.labels.map((name, index) => [name, series.labels[index]])];

        const promQL = (family, series) => {
          const labels = labelsOf(family, series);
          switch (family.shape) {
          case "histogram": {
            if (family.native) return `histogram_quantile(0.99, sum(rate(${selector(family.name, labels)}[5m])))`;
            const rate = `rate(${selector(family.name + "_bucket", labels)}[5m])`;
            return `histogram_quantile(0.99, sum by (le) (${rate}))`;
          }
          case "counter": return `rate(${selector(family.name, labels)}[5m])`;
          default: return selector(family.name, labels);
          }
        };

        const toast = (title, code) => {
          const node = $("toast");
          node.replaceChildren(title, ...(code ? [el("code", "", code)] : []));
          node.hidden = false;
          clearTimeout(node.timer);
          node.timer = setTimeout(() => { node.hidden = true; }, 6000);
        };

        const copyText = async (text) => {
          try {
            await navigator.clipboard.writeText(text);
          } catch {
            // Only a page from this machine or over TLS has a clipboard. The text can then be selected.
            return toast("Copy this:", text);
          }
          toast("Copied", text);
        };

        """#
}
