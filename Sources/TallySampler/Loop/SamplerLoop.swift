internal import Tally

/// The sampling loop: sleeps, reads the settings, samples, writes and prunes, in sequence, so that ticks never overlap.
struct SamplerLoop {
    private let core: SamplerCore
    private let settings: SettingsReader
    private var latest: LatestValues
    private var grid: TickGrid
    private var plan = SamplingPlan.unknown
    private var times: TickTimes?
    private var lastStatus: HistoryStatus?

    init(_ core: SamplerCore, _ latest: LatestValues) {
        self.core = core
        settings = SettingsReader(core.settings, core.clock)
        self.latest = latest
        grid = TickGrid(start: core.clock.now())
    }

    mutating func run() async {
        while !core.isStopping {
            if core.clock.now() < grid.due {
                await core.sleep(until: grid.due)
                if core.takeWake(), !core.isStopping {
                    await readSettings()
                    if case .off(let retention) = plan {
                        await switchOff(keeping: retention)
                    } else {
                        grid.apply(plan, now: core.clock.now())
                    }
                }
                continue
            }
            await readSettings()
            guard !core.isStopping else { break }
            switch plan {
            case .unknown: grid.poll(after: SamplingPlan.unknownPoll, now: core.clock.now())
            case .off(let retention): await switchOff(keeping: retention)
            case .on(let interval, let retention):
                await tick(interval, retention)
                core.metrics.skippedTicks(grid.ticked(every: interval, now: core.clock.now()))
            }
        }
        hideAll()
    }

    private mutating func hideAll() {
        latest.hideAll()
        core.metrics.hideSources(core.sources.map(\.name))
    }

    /// Hides all values, and prunes without sampling.
    private mutating func switchOff(keeping retention: Duration?) async {
        hideAll()
        if let retention, let stamp = await stamp(SamplingPlan.offPoll, retention) {
            await write(HistoryTick(time: stamp.time, samples: []), cutoff: stamp.cutoff)
        }
        grid.poll(after: SamplingPlan.offPoll, now: core.clock.now())
    }

    private mutating func readSettings() async {
        switch await settings.read(core) {
        case .stopped: return
        case .settings(let settings):
            plan = plan.after(settings)
            core.metrics.settings(areUp: true)
            core.reports.set(.settings, nil)
        case .failed(let problem):
            plan = plan.after(nil)
            core.metrics.settings(areUp: false)
            core.reports.set(.settings, problem)
        }
    }

    // MARK: A tick

    private mutating func tick(_ interval: Duration, _ retention: Duration) async {
        let start = core.clock.now()
        // All samples of a tick have the same time, so that sums over them are of one moment.
        guard let stamp = await stamp(interval, retention) else { return }
        let run = TickRun(core.sources, SourceTick(elapsed: start, interval: interval), core.clock, core.outstanding)
        let state = await core.endingEarly({ run.cutShort() }, { await run.collectSamples() })
        report(state)
        let samples = state.samples()
        core.outstanding.setLate(state.lateTargets)
        core.metrics.leftOut(latest.show(samples, isWhole: state.isWhole))
        await write(HistoryTick(time: stamp.time, samples: samples), cutoff: stamp.cutoff)
        core.metrics.ticked(in: core.clock.now().since(start))
    }

    /// The time of a tick and the cutoff for pruning; nil if the wall-clock time is not usable.
    private mutating func stamp(_ interval: Duration, _ retention: Duration) async -> TickTimes.Stamp? {
        if times == nil { times = TickTimes(newest: try? await core.withStore { try await $0.newestTime() }) }
        let stamp = times?.stamp(
            wall: core.wallSeconds(),
            elapsed: core.clock.now(),
            interval: interval,
            retention: retention
        )
        if let step = stamp?.step {
            core.metrics.clockStepped()
            core.reports.clockStepped(by: step)
        }
        return stamp
    }

    private func report(_ state: TickState) {
        for (source, outcome) in zip(core.sources, state.outcomes) {
            core.metrics.source(source.name, outcome, isCutShort: state.isCutShort)
            // A source whose answer the tick did not wait for is neither up nor down.
            guard outcome.hasAnswered || outcome.error != nil else { continue }
            core.reports.set(.source(source.name), outcome.error?.description)
            guard outcome.hasAnswered, !state.isCutShort else { continue }
            core.reports.set(.parts(source.name), outcome.partErrors.first?.description)
            let failed = outcome.targets.first { outcome.targetErrors[$0] != nil }
            core.reports.set(
                .targets(source.name),
                failed.map { id in
                    "\(outcome.targetErrors.count) of \(outcome.targets.count) failed, the first is \(id): "
                        + "\(outcome.targetErrors[id]?.description ?? "")"
                }
            )
        }
    }

    private mutating func write(_ tick: HistoryTick, cutoff: Int64?) async {
        var problem: String?
        do {
            if !tick.samples.isEmpty {
                try await core.withStore { try await $0.append(tick) }
                core.ticked(at: tick.time)
            }
        } catch {
            core.metrics.lostTick()
            problem = "\(error)"
        }
        do {
            if let cutoff, !core.isStopping { try await core.withStore { try await $0.prune(before: cutoff) } }
        } catch {
            problem = problem ?? "\(error)"
        }
        let status = await core.withStore { await $0.status() }
        core.metrics.history(status, after: lastStatus)
        // Failures that began and ended since the last tick, such as a corrupt file that was renamed.
        for (failure, count) in status.failures where failure != status.failure {
            if count > lastStatus?.failures[failure] ?? 0 { core.reports.passed(.history, status.report(of: failure)) }
        }
        lastStatus = status
        let name = status.failure?.description ?? ""
        core.reports.set(.history, problem ?? status.failure.map(status.report), as: name)
    }
}

extension TickState {
    /// True if the tick sampled everything.
    fileprivate var isWhole: Bool {
        !isCutShort && outcomes.allSatisfy { $0.hasAnswered && $0.partErrors.isEmpty && $0.targetErrors.isEmpty }
    }
}
