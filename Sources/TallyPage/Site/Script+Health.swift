extension Script {
    /// The banner and the checks.
    static let health = #"""

        const checkNodes = new Map();

        const severity = { fail: 0, warn: 1, ok: 2 };
        const bySeverity = (checks) => [...checks].sort((a, b) => severity[a.status] - severity[b.status]);

        const statement = (health) => {
          if (!health) return "Running; no health checks are configured";
          const bad = bySeverity(health.checks).filter((check) => check.status !== "ok");
          if (!bad.length) return health.checks.length === 1 ? "The check passes"
            : health.checks.length ? `All ${health.checks.length} checks pass` : "No checks are configured";
          return bad.map((check) => `${visible(check.name)}: ${check.reason ?? check.status}`).join(", ");
        };

        const showHealth = (health, now) => {
          mark(document.querySelector("header"), health?.status ?? "");
          put($("state"), statement(health));
          const name = health ? visible(`${health.name} ${health.version}`) : "Status";
          put($("service"), name);
          const title = health && health.status !== "ok" ? `${health.status.toUpperCase()} ${name}` : name;
          if (document.title !== title) document.title = title;
          $("health").hidden = !health?.checks.length;
          reconcile($("checks"), checkNodes, bySeverity(health?.checks ?? []), (check) => check.name, (check) => {
            const node = el("li", "", el("span", "dot"), foreign(check.name), el("span", "word"), el("span", "why"));
            node.firstChild.ariaHidden = "true";
            return node;
          }, (node, check) => {
            mark(node, check.status);
            put(node.children[2], check.status);
            const since = check.since === undefined ? "has not answered yet"
              : `for ${ago(now - check.since)}, since ${clockTime(new Date(check.since * 1000))}`;
            const parts = [check.reason, since, check.critical ? null : "not critical"];
            put(node.children[3], parts.filter(Boolean).join(" · "));
          });
        };

        """#
}
