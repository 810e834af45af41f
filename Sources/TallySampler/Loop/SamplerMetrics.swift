internal import Tally

/// The sampler's metrics about itself.
struct SamplerMetrics: Sendable {
    private let tickDuration: MirroredFamily
    private let ticks: MirroredFamily
    private let skipped: MirroredFamily
    private let sourceSkipped: MirroredFamily
    private let clockSteps: MirroredFamily
    private let sourceUp: MirroredFamily
    private let targets: MirroredFamily
    private let errors: MirroredFamily
    private let subjectsLeftOut: MirroredFamily
    private let settingsUp: MirroredFamily
    private let rows: MirroredFamily
    private let bytes: MirroredFamily
    private let backlog: MirroredFamily
    private let dropped: MirroredFamily
    private let failures: MirroredFamily

    init(in registry: MetricRegistry) throws(RegistrationError) {
        func counter(_ name: String, _ help: String, _ labels: [String] = []) throws(RegistrationError)
            -> MirroredFamily
        {
            let family = try MirroredFamily(
                "tally_sampler_" + name,
                help: help,
                .counter,
                labelNames: labels,
                in: registry
            )
            // Exposed at zero from the start, so that `increase` notices the first event.
            if labels.isEmpty { family.add(0) }
            return family
        }
        func gauge(_ name: String, _ help: String, _ labels: [String] = []) throws(RegistrationError) -> MirroredFamily
        {
            try MirroredFamily("tally_sampler_" + name, help: help, labelNames: labels, in: registry)
        }
        tickDuration = try gauge("tick_duration_seconds", "Time that the last tick took, including the write.")
        ticks = try counter("ticks_total", "Ticks that were sampled.")
        skipped = try counter("skipped_ticks_total", "Ticks that were skipped because the one before took too long.")
        sourceSkipped = try counter(
            "source_skipped_ticks_total",
            "Ticks that passed while the source was still being read.",
            ["source"]
        )
        clockSteps = try counter("clock_steps_total", "Steps of the wall clock by more than two seconds.")
        sourceUp = try gauge("source_up", "1 if the source answered when it was last read, 0 if not.", ["source"])
        targets = try gauge("targets", "Targets of the source when it was last read, such as containers.", ["source"])
        errors = try counter(
            "errors_total",
            "Failures of sources, of parts of them, and of their targets, by reason.",
            ["source", "reason"]
        )
        subjectsLeftOut = try gauge(
            "subjects_left_out",
            "Containers and control groups of the last tick beyond the number that is exposed."
        )
        settingsUp = try gauge("settings_up", "1 if the settings closure answered when last called, 0 if not.")
        rows = try gauge("history_rows", "Samples in the history.")
        bytes = try gauge("history_bytes", "Size of the history, in memory or files.")
        backlog = try gauge("history_backlog_ticks", "Ticks that wait in memory to be written.")
        dropped = try counter("history_dropped_ticks_total", "Ticks that are lost.")
        failures = try counter("history_failures_total", "Failures of the history that have begun.", ["reason"])
    }

    func ticked(in duration: Duration) {
        ticks.add(1)
        tickDuration.set(duration.inSeconds)
    }

    func skippedTicks(_ count: Int) {
        skipped.add(Double(count))
    }

    func clockStepped() {
        clockSteps.add(1)
    }

    func settings(areUp: Bool) {
        settingsUp.set(areUp ? 1 : 0)
    }

    /// Exposes the counters of a source at zero, so that `increase` notices the first event.
    func begin(_ sources: [String]) {
        for name in sources { sourceSkipped.add(0, [name]) }
    }

    func skippedTick(of source: String) {
        sourceSkipped.add(1, [source])
    }

    func source(_ name: String, _ round: SourceRound) {
        // A source whose answer the round did not wait for is neither up nor down.
        if round.hasAnswered || !round.isCutShort { sourceUp.set(round.hasAnswered ? 1 : 0, [name]) }
        targets.set(Double(round.targets.count), [name])
        if let error = round.error { errors.add(1, [name, error.reason.description]) }
        for error in round.partErrors + round.targetErrors.values {
            errors.add(1, [name, error.reason.description])
        }
    }

    /// Stops exposing sources, whose state is unknown while nothing is sampled.
    func hideSources(_ names: [String]) {
        for name in names {
            sourceUp.remove([name])
            targets.remove([name])
        }
    }

    func leftOut(_ count: Int) {
        subjectsLeftOut.set(Double(count))
    }

    /// Counts a tick that the store rejected.
    func lostTick() {
        dropped.add(1)
    }

    /// - Parameter before: The status that was exposed last.
    func history(_ status: HistoryStatus, after before: HistoryStatus?) {
        if let count = status.rows { rows.set(Double(count)) } else { rows.remove() }
        if let count = status.bytes { bytes.set(Double(count)) } else { bytes.remove() }
        backlog.set(Double(status.backlog))
        dropped.add(Double(max(0, status.droppedTicks - (before?.droppedTicks ?? 0))))
        for (failure, count) in status.failures {
            let more = count - (before?.failures[failure] ?? 0)
            if more > 0 { failures.add(Double(more), [failure.description]) }
        }
    }
}
