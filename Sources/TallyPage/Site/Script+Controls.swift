extension Script {
    /// The controls, whose state is in the page's address.
    static let controls = #"""

        const ranges = { "1m": 60, "1h": 3600, "24h": 86400, "7d": 604800 };
        const given = new URLSearchParams(location.search);
        const view = {
          q: given.get("q") ?? "",
          range: given.get("range") in ranges ? given.get("range") : "1m",
          every: [1, 2, 3, 4, 5].find((seconds) => seconds === Number(given.get("every"))) ?? 2,
          isPaused: given.has("paused"),
          hasHistory: false,
        };

        // The seconds that a plot spans.
        const span = () => view.hasHistory ? ranges[view.range] : 60 * view.every;

        const remember = () => {
          const query = new URLSearchParams();
          if (view.q) query.set("q", view.q);
          if (view.range !== "1m") query.set("range", view.range);
          if (view.every !== 2) query.set("every", view.every);
          if (view.isPaused) query.set("paused", "");
          const text = query.toString();
          history.replaceState(null, "", location.pathname + (text ? "?" + text : ""));
        };

        const search = $("search");
        search.value = view.q;
        search.oninput = () => {
          view.q = search.value;
          shownFamilies = 200;
          remember();
          clearTimeout(search.timer);
          search.timer = setTimeout(restart, 150);
        };

        for (const range of Object.keys(ranges)) {
          const button = el("button", "", range);
          button.type = "button";
          button.value = range;
          button.onclick = () => {
            view.range = range;
            remember();
            showControls();
            restart();
          };
          $("ranges").append(button);
        }

        for (const seconds of [1, 2, 3, 4, 5]) {
          const option = el("option", "", seconds + " s");
          option.value = seconds;
          $("every").append(option);
        }
        $("every").value = view.every;
        $("every").onchange = () => {
          view.every = Number($("every").value);
          remember();
          schedule();
        };

        $("pause").onclick = () => {
          view.isPaused = !view.isPaused;
          remember();
          showControls();
          if (view.isPaused) schedule(); else poll();
        };

        $("more").onclick = () => {
          shownFamilies += 200;
          show();
        };

        const showControls = () => {
          for (const button of $("ranges").children) {
            button.ariaPressed = String(view.hasHistory ? button.value === view.range : false);
            button.disabled = !view.hasHistory;
          }
          $("ranges").hidden = !view.hasHistory;
          $("pause").ariaPressed = String(view.isPaused);
          put($("pause"), view.isPaused ? "Resume" : "Pause");
        };

        document.addEventListener("keydown", (event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const isTyping = event.target.matches?.("input, select");
          if (event.key === "Escape") {
            if (event.target === search) search.blur();
            cursor.isHeld = false;
            cursor.move(null);
          } else if (isTyping) {
            return;
          } else if (event.key === "/") {
            event.preventDefault();
            search.focus();
          } else if (event.key === "p") {
            $("pause").click();
          } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
            event.preventDefault();
            cursor.isHeld = true;
            const step = (event.key === "ArrowLeft" ? -1 : 1) / 59;
            cursor.move(Math.min(1, Math.max(0, (cursor.at ?? 1) + step)));
          }
        });

        """#
}
