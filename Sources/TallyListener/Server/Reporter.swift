#if Listener
import NIOCore
import Synchronization
import TallyHealthcheck

/// Passes reports to `onError`, each kind at most once a second. Confined to the run's loop.
final class Reporter {
    private let hook: (@Sendable (ListenerReport) -> Void)?
    private let loop: any EventLoop
    /// A dedicated thread, because `onError` may block and must delay neither connections nor scrapes.
    private let executor = ThreadExecutor()
    private var waiting: [ListenerReport.Kind: (count: Int, error: (any Error)?)] = [:]
    private var isQuiet: Set<ListenerReport.Kind> = []
    /// The kinds for which a call of `onError` is in progress.
    private let inHook = SharedKinds()

    init(_ hook: (@Sendable (ListenerReport) -> Void)?, on loop: any EventLoop) {
        self.hook = hook
        self.loop = loop
    }

    func report(_ kind: ListenerReport.Kind, _ error: (any Error)? = nil) {
        guard hook != nil else { return }
        waiting[kind, default: (0, nil)].count += 1
        if let error { waiting[kind]?.error = error }
        if isQuiet.insert(kind).inserted { send(kind) }
    }

    private func send(_ kind: ListenerReport.Kind) {
        guard let hook, waiting[kind] != nil else {
            isQuiet.remove(kind)
            return
        }
        // Reports would pile up while `onError` blocks, so their counts accumulate in `waiting` instead.
        if inHook.insert(kind), let (count, error) = waiting.removeValue(forKey: kind) {
            let report = ListenerReport(kind: kind, count: count, error: error)
            Task(executorPreference: executor) { [inHook] in
                hook(report)
                inHook.remove(kind)
            }
        }
        loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.send(kind) }
    }

    private final class SharedKinds: Sendable {
        private let kinds = Mutex<Set<ListenerReport.Kind>>([])
        func insert(_ kind: ListenerReport.Kind) -> Bool { kinds.withLock { $0.insert(kind).inserted } }
        func remove(_ kind: ListenerReport.Kind) { kinds.withLock { _ = $0.remove(kind) } }
    }
}
#endif
