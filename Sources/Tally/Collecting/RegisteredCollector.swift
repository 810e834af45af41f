internal import Synchronization

extension MetricRegistry.RegisteredFamily {
    /// Where its series are; nil if its collector has said nothing.
    func storage(in answers: [ObjectIdentifier: RegisteredCollector.Answer]) -> FamilyStorage? {
        guard let collector else { return storage }
        return answers[ObjectIdentifier(collector)]?[ByteName(storage.definition.name)]
    }
}

/// A collector's families in one registry, and what it last said of them.
final class RegisteredCollector: Sendable {
    enum Work: Sendable {
        case now(@Sendable (inout CollectedSamples) throws -> Void)
        case later(@Sendable (inout CollectedSamples) async throws -> Void)
    }

    /// What came of asking a collector: storages of its families, or nothing.
    typealias Answer = [ByteName: FamilyStorage]

    private let work: Work
    private let context: RegistryContext
    /// By the names under which the collector knows them.
    private let definitions: Locked<[ByteName: FamilyDefinition]>
    private let state = Locked(State())

    private struct State {
        /// What a collector that has to be waited for said last; nil after it failed.
        var latest: Answer?
        var isRunning = false
        var waiters: [UInt64: Waiter] = [:]
        var number: UInt64 = 0
    }

    private enum Waiter {
        /// It has a number, and will wait in a moment.
        case expected
        /// Its time was over before it began to wait.
        case late
        case waiting(CheckedContinuation<Bool, Never>)
    }

    init(_ work: Work, context: RegistryContext) {
        self.work = work
        self.context = context
        definitions = Locked([:])
    }

    func add(_ definition: FamilyDefinition, knownAs name: String) {
        definitions.withLock { $0[ByteName(name)] = definition }
    }

    var hasToBeWaitedFor: Bool {
        if case .later = work { true } else { false }
    }

    /// What it says, at once; nil if it fails. Of one that has to be waited for, what it said last.
    func answer() -> Answer? {
        guard case .now(let collect) = work else { return state.withLock { $0.latest } }
        var samples = emptySamples()
        do {
            try collect(&samples)
        } catch {
            return nil
        }
        return finished(samples)
    }

    // MARK: One that has to be waited for

    /// Asks it, or joins who has asked before, and waits for what it says. False if that failed or came too late.
    func ask(within limit: Duration?) async -> Bool {
        guard case .later(let collect) = work else { return true }
        // It asks for what it is about to say, and would wait for itself.
        guard Self.asking?.isUnderWay(for: self) != true else { return false }
        let isInside = Self.asking?.isUnderWay ?? false
        let number = state.withLock { state in
            state.number += 1
            state.waiters[state.number] = .expected
            return state.number
        }
        defer { _ = state.withLock { $0.waiters.removeValue(forKey: number) } }
        let timer = limit.map { limit in
            Task { [context] in
                // Cancelled when there is an answer.
                guard (try? await context.sleep(limit)) != nil else { return }
                giveUp(number, forgetting: true)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isLate, isFirst) = state.withLock { state in
                    if case .late = state.waiters[number] { return (true, false) }
                    // Two that ask for each other would wait for ever.
                    if isInside, state.isRunning { return (true, false) }
                    state.waiters[number] = .waiting(continuation)
                    let isFirst = !state.isRunning
                    state.isRunning = true
                    return (false, isFirst)
                }
                if isLate { return continuation.resume(returning: false) }
                // A task of its own: its answer is for all who wait, whoever of them is gone by then.
                if isFirst { Task { await run(collect) } }
            }
        } onCancel: {
            // Nobody is left to show it to, but another scrape may be about to.
            giveUp(number, forgetting: false)
        }
    }

    /// - Parameter isForgetting: Whether the scrape that waited goes on, to which what was said before is no answer.
    private func giveUp(_ number: UInt64, forgetting isForgetting: Bool) {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            // None has its answer already.
            guard let waiter = state.waiters.updateValue(.late, forKey: number) else {
                state.waiters[number] = nil
                return nil
            }
            if isForgetting { state.latest = nil }
            guard case .waiting(let continuation) = waiter else { return nil }
            return continuation
        }
        continuation?.resume(returning: false)
    }

    private func run(_ collect: @Sendable (inout CollectedSamples) async throws -> Void) async {
        var samples = emptySamples()
        var answer: Answer?
        let asking = Asking(self, inside: Self.asking)
        do {
            try await Self.$asking.withValue(asking) { try await collect(&samples) }
            answer = finished(samples)
        } catch {
            answer = nil
        }
        asking.end()
        let continuations = state.withLock { [answer] state in
            state.latest = answer
            state.isRunning = false
            var continuations: [CheckedContinuation<Bool, Never>] = []
            for (number, waiter) in state.waiters {
                guard case .waiting(let continuation) = waiter else { continue }
                continuations.append(continuation)
                state.waiters[number] = nil
            }
            return continuations
        }
        for continuation in continuations { continuation.resume(returning: answer != nil) }
    }

    /// The collectors that are being asked, up the stack of this task.
    @TaskLocal
    private static var asking: Asking?

    /// One collector being asked. A task that it starts inherits this, and may outlive it.
    private final class Asking: Sendable {
        private let collector: ObjectIdentifier
        private let outer: Asking?
        private let isOver = Atomic(false)

        init(_ collector: RegisteredCollector, inside outer: Asking?) {
            self.collector = ObjectIdentifier(collector)
            self.outer = outer
        }

        func end() {
            isOver.store(true, ordering: .relaxed)
        }

        var isUnderWay: Bool { !isOver.load(ordering: .relaxed) }

        func isUnderWay(for collector: RegisteredCollector) -> Bool {
            if self.collector == ObjectIdentifier(collector), isUnderWay { return true }
            return outer?.isUnderWay(for: collector) ?? false
        }
    }

    // MARK: Samples

    private func emptySamples() -> CollectedSamples {
        let definitions = definitions.withLock { $0 }
        // Two names may be those of one family, `jobs` and `jobs_total`.
        var storages: Answer = [:]
        for definition in definitions.values where storages[ByteName(definition.name)] == nil {
            storages[ByteName(definition.name)] = FamilyStorage(definition: definition)
        }
        return CollectedSamples(definitions.compactMapValues { storages[ByteName($0.name)] }, context: context)
    }

    private func finished(_ samples: CollectedSamples) -> Answer {
        var answer: Answer = [:]
        for storage in samples.storages.values {
            let other = answer.updateValue(storage, forKey: ByteName(storage.definition.name))
            guard other == nil else { continue }
            // The storage goes, and the total must not fall.
            storage.definition.pastOverflow.wrappingAdd(storage.overflowTotal, ordering: .relaxed)
        }
        return answer
    }
}
