internal import Tally

/// The sampling loop: sleeps, reads the settings, samples, writes and prunes, in sequence, so that ticks never overlap.
/// Answers that arrive after their tick was written are written on their own.
struct SamplerLoop {
    private let core: SamplerCore
    private let settings: SettingsReader
    private var latest: LatestValues
    private var join = SampleJoin()
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
        core.metrics.begin(core.sources.map(\.name))
        while !core.isStopping {
            if core.clock.now() < grid.due {
                await core.sleep(until: grid.due)
                await writeLate()
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
        core.reader.end()
        await writeLate()
        hideAll()
    }

    private mutating func hideAll() {
        latest.hideAll()
        core.metrics.hideSources(core.sources.map(\.name))
    }

    /// Hides all values, and prunes without sampling.
    private mutating func switchOff(keeping retention: Duration?) async {
        core.reader.cutShort()
        await writeLate()
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
        if let held = join.beginTick() { await writeLate(show(held)) }
        let start = core.clock.now()
        // All samples of a tick have the same time, so that sums over them are of one moment.
        guard let stamp = await stamp(interval, retention) else { return }
        let skipped = await core.endingEarly(
            { [core] in core.reader.end() },
            { [core] in await core.reader.read(SourceTick(elapsed: start, interval: interval)) }
        )
        for source in skipped { core.metrics.skippedTick(of: core.sources[source].name) }
        let (closed, pending) = core.reader.takeClosed()
        report(closed)
        let samples = show(join.joined(closed, pending: pending))
        await write(HistoryTick(time: stamp.time, samples: samples), cutoff: stamp.cutoff)
        core.metrics.ticked(in: core.clock.now().since(start))
    }

    /// Writes the samples of rounds that ended after their tick was written.
    private mutating func writeLate() async {
        let (closed, pending) = core.reader.takeClosed()
        guard !closed.isEmpty else { return }
        report(closed)
        await writeLate(show(join.joined(closed, pending: pending)))
    }

    private mutating func writeLate(_ samples: [Sample]) async {
        guard !samples.isEmpty, let time = times?.next() else { return }
        await write(HistoryTick(time: time, samples: samples), cutoff: nil)
    }

    /// Exposes the joined samples, and returns those to store.
    private mutating func show(_ joined: SampleJoin.Joined) -> [Sample] {
        core.metrics.leftOut(latest.show(joined))
        // A container that is restarting has a state to expose, but nothing to store.
        return joined.samples.filter { !$0.values.isEmpty || $0.details.isEmpty }
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

    private func report(_ closed: [SourceReader.Closed]) {
        for (index, round) in closed {
            let name = core.sources[index].name
            core.metrics.source(name, round)
            // A source whose answer the round did not wait for is neither up nor down.
            guard round.hasAnswered || round.error != nil else { continue }
            core.reports.set(.source(name), round.error?.description, as: round.error?.reason.description ?? "")
            guard round.hasAnswered, !round.isCutShort else { continue }
            core.reports.set(.parts(name), round.partProblem, as: round.partProblemName)
            core.reports.set(.targets(name), round.targetProblem, as: round.targetProblemName)
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
