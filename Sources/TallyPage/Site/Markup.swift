/// The page's markup. It contains no metric values.
enum Markup {
    static let head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Status</title>

        """

    static let body = """
        </head>
        <body>
        <a class="skip" href="#metrics">Skip to the metrics</a>
        <header>
        <div class="banner" id="banner">
        <h1><span class="dot" aria-hidden="true"></span><bdi id="service">Status</bdi></h1>
        <p id="state" role="status">Loading …</p>
        <p id="clock"></p>
        </div>
        <div class="tools" role="search" aria-label="View">
        <input id="search" type="search" placeholder="Search" aria-label="Search metrics"
        spellcheck="false" aria-keyshortcuts="/">
        <div class="choice" id="ranges" role="group" aria-label="Range of the plots"></div>
        <label class="every">every <select id="every" aria-label="Seconds between two polls"></select></label>
        <button type="button" id="pause" aria-pressed="false" aria-keyshortcuts="p">Pause</button>
        </div>
        </header>
        <p id="trouble" role="alert" hidden></p>
        <main>
        <div class="side">
        <section id="health" aria-labelledby="health-title" hidden>
        <h2 id="health-title">Health</h2>
        <ul id="checks"></ul>
        </section>
        <section id="users" aria-labelledby="users-title" hidden>
        <h2 id="users-title">Active users</h2>
        <div id="windows"></div>
        </section>
        <section id="limits" aria-labelledby="limits-title">
        <h2 id="limits-title">Cardinality and cost</h2>
        <ul id="fullest"></ul>
        <dl id="costs"></dl>
        </section>
        </div>
        <div class="wide">
        <section id="metrics" aria-labelledby="metrics-title" tabindex="-1">
        <h2 id="metrics-title">Metrics <small id="count"></small><small id="cursor"></small></h2>
        <div id="families"></div>
        <button type="button" id="more" hidden>Show more</button>
        </section>
        <section id="machine" aria-labelledby="machine-title" hidden>
        <h2 id="machine-title">Sampled history <small id="machine-note"></small></h2>
        <div id="plots"></div>
        </section>
        </div>
        </main>
        <output id="toast" hidden></output>
        <noscript><p>This page needs its script. Without one, ask for text: curl shows the same values.</p></noscript>

        """
}
