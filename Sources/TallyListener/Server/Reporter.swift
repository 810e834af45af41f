#if Listener
import NIOCore
import TallyHealthcheck

/// Passes reports to the host's hook, each kind at most once a second. Confined to the run's loop.
final class Reporter {
    private let hook: (@Sendable (ListenerReport) -> Void)?
    private let loop: any EventLoop
    /// A dedicated thread, because the host's hook may block and must delay neither connections nor scrapes.
    private let executor = ThreadExecutor()
    private var waiting: [ListenerReport.Kind: (count: Int, error: (any Error)?)] = [:]
    private var isQuiet: Set<ListenerReport.Kind> = []

    init(_ hook: (@Sendable (ListenerReport) -> Void)?, on loop: any EventLoop) {
        self.hook = hook
        self.loop = loop
    }

    func report(_ kind: ListenerReport.Kind, _ error: (any Error)? = nil) {
        guard hook != nil else { return }
        waiting[kind, default: (0, nil)].count += 1
        if let error { waiting[kind]?.error = error }
        if isQuiet.insert(kind).inserted { tell(kind) }
    }

    private func tell(_ kind: ListenerReport.Kind) {
        guard let hook, let (count, error) = waiting.removeValue(forKey: kind) else {
            isQuiet.remove(kind)
            return
        }
        let report = ListenerReport(kind: kind, count: count, error: error)
        Task(executorPreference: executor) { hook(report) }
        loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.tell(kind) }
    }
}
#endif
