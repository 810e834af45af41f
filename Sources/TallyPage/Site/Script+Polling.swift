extension Script {
    /// Polls the page's own path, and shows the answers.
    static let polling = #"""

        const latest = { document: null, list: [], tag: null, newest: null, time: null, at: null, failedSince: null };
        let turn = 0;
        let timer;

        const show = () => {
          if (!latest.document) return;
          showFamilies(latest.list);
          showCount(latest.document);
        };

        const showAll = () => {
          const { document, at } = latest;
          if (!document) return;
          showHealth(document.health, at / 1000);
          showLimits(document.limits, document.history);
          showUsers(latest.list);
          show();
        };

        const showClock = () => {
          const parts = [];
          if (latest.time !== null) parts.push("up " + ago(latest.time));
          if (latest.at) parts.push((view.isPaused ? "paused at " : "") + clockTime(new Date(latest.at)));
          put($("clock"), parts.join(" · "));
        };

        // Says what the page cannot show. The last values stay, marked as old.
        const showTrouble = (reason) => {
          latest.failedSince ??= new Date();
          const old = latest.at ? ` The values are from ${clockTime(new Date(latest.at))}.` : "";
          const text = `No answer since ${clockTime(latest.failedSince)}: ${reason}.${old} Still trying.`;
          put($("trouble"), text);
          $("trouble").hidden = false;
          document.body.classList.add("stale");
          if (!latest.document) put($("state"), "No values yet");
        };

        const clearTrouble = () => {
          if (!latest.failedSince) return;
          latest.failedSince = null;
          $("trouble").hidden = true;
          document.body.classList.remove("stale");
        };

        const ask = async (query, tag) => {
          const headers = { Accept: "application/json" };
          if (tag) headers["If-None-Match"] = tag;
          const answer = await fetch(location.pathname + "?" + query,
            { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
          if (answer.status !== 200 && answer.status !== 304) throw new Error(`the server answers ${answer.status}`);
          return answer;
        };

        const reasonOf = (error) => error.name === "TimeoutError" ? "the server takes more than 10 seconds"
          : error instanceof TypeError ? "the server cannot be reached" : error.message;

        const take304 = (time) => {
          // Nothing has changed, so nothing was counted.
          for (const family of latest.list) {
            for (const series of family.series.values()) {
              take(family, series, series.exact, time);
              if (!view.hasHistory && time !== null) {
                extend(series, present(family, series).map((value) => [value]), 1, 60);
              }
            }
          }
        };

        const poll = async () => {
          clearTimeout(timer);
          const mine = ++turn;
          const query = new URLSearchParams({ range: view.range });
          if (view.q) query.set("q", view.q);
          if (latest.newest !== null) query.set("after", latest.newest);
          try {
            const answer = await ask(query, latest.tag);
            const body = answer.status === 200 ? await answer.json() : null;
            if (mine !== turn) return;
            accept(answer, body);
            clearTrouble();
          } catch (error) {
            if (mine !== turn) return;
            showTrouble(reasonOf(error));
          }
          showAll();
          showClock();
          document.body.dataset.polls = Number(document.body.dataset.polls ?? 0) + 1;
          if (answerIs304) document.body.dataset.unchanged = Number(document.body.dataset.unchanged ?? 0) + 1;
          schedule();
        };

        let answerIs304 = false;

        const accept = (answer, body) => {
          const server = Number(answer.headers.get("Tally-Clock")) / 1000;
          const newest = body?.history?.newest ?? null;
          // The server has restarted, or its clock has gone back: curves and totals begin anew.
          if (server < latest.time || (newest !== null && latest.newest !== null && newest < latest.newest)) {
            families.clear();
            Object.assign(latest, { newest: null, time: null });
          }
          // A clock that stands still measures nothing.
          const time = server === latest.time ? null : server;
          latest.tag = answer.headers.get("ETag");
          answerIs304 = !body;
          if (body) {
            view.hasHistory = Boolean(body.history);
            takeBody(body, time, newest);
          } else {
            take304(time);
          }
          latest.time = server;
          latest.at = Date.now();
          showControls();
        };

        const takeBody = (body, time, newest) => {
          const added = newest === null ? null : newest - (latest.newest ?? -1);
          latest.list = takeFamilies(body, time, added);
          latest.newest = newest;
          latest.document = body;
        };

        const restart = () => {
          for (const family of families.values()) {
            if (view.hasHistory) for (const series of family.series.values()) delete series.curves;
          }
          Object.assign(latest, { tag: null, newest: null });
          poll();
          pollPlots();
        };

        const schedule = () => {
          clearTimeout(timer);
          showClock();
          if (!view.isPaused && !document.hidden) timer = setTimeout(poll, view.every * 1000);
        };

        let plotsTimer;
        const pollPlots = async () => {
          clearTimeout(plotsTimer);
          if (!view.isPaused && !document.hidden) {
            try {
              const answer = await ask(new URLSearchParams({ plots: "", range: view.range }), null);
              showPlots(await answer.json());
            } catch {
              // The poll of the values says so.
            }
          }
          plotsTimer = setTimeout(pollPlots, 10000);
        };

        // Nothing is asked for while nobody looks.
        document.addEventListener("visibilitychange", () => {
          if (!document.hidden && !view.isPaused) { poll(); pollPlots(); }
        });

        showControls();
        poll();
        pollPlots();

        """#
}
