internal import Tally

/// The sampler's metrics about itself.
struct SamplerMetrics: Sendable {
    private let tickDuration: MirroredFamily
    private let ticks: MirroredFamily
    private let skipped: MirroredFamily
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
            // Without labels it is exposed from the start, so that the first event is seen to be one.
            if labels.isEmpty { family.add(0) }
            return family
        }
        func gauge(_ name: String, _ help: String, _ labels: [String] = []) throws(RegistrationError) -> MirroredFamily
        {
            try MirroredFamily("tally_sampler_" + name, help: help, labelNames: labels, in: registry)
        }
        tickDuration = try gauge("tick_duration_seconds", "Time that the last tick took, its writing included.")
        ticks = try counter("ticks_total", "Ticks that were sampled.")
        skipped = try counter("skipped_ticks_total", "Ticks that were left out because the one before took too long.")
        clockSteps = try counter("clock_steps_total", "Times that the time of day was found to have been set.")
        sourceUp = try gauge("source_up", "Whether the source answered in the last tick.", ["source"])
        targets = try gauge("targets", "What the source had to be asked for one by one in the last tick.", ["source"])
        errors = try counter(
            "errors_total",
            "Sources and targets that gave no sample, by reason.",
            ["source", "reason"]
        )
        subjectsLeftOut = try gauge(
            "subjects_left_out",
            "Containers and control groups of the last tick that are not shown as metrics, being too many."
        )
        settingsUp = try gauge("settings_up", "Whether the settings could be had when they were last asked for.")
        rows = try gauge("history_rows", "Samples that are kept.")
        bytes = try gauge("history_bytes", "What the history takes, in memory or files.")
        backlog = try gauge("history_backlog_ticks", "Ticks that wait to be written.")
        dropped = try counter("history_dropped_ticks_total", "Ticks that could not be kept.")
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

    /// - Parameter isCutShort: Whether what has not answered says nothing.
    func source(_ name: String, _ outcome: TickState.Outcome, isCutShort: Bool) {
        if outcome.hasAnswered || !isCutShort { sourceUp.set(outcome.hasAnswered ? 1 : 0, [name]) }
        targets.set(Double(outcome.targets.count), [name])
        if let error = outcome.error { errors.add(1, [name, error.reason.description]) }
        for error in outcome.partErrors + outcome.targetErrors.values {
            errors.add(1, [name, error.reason.description])
        }
    }

    /// Nothing is known of them.
    func hideSources(_ names: [String]) {
        for name in names {
            sourceUp.remove([name])
            targets.remove([name])
        }
    }

    func leftOut(_ count: Int) {
        subjectsLeftOut.set(Double(count))
    }

    /// A tick that the store did not take.
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
