import RelayCore
import Synchronization

/// A peer in memory.
final class Inbox: Sendable {
    private struct State {
        var envelopes: [Envelope] = []
        var isClosed = false
        var isTaking = true
    }

    private let state = Mutex(State())

    var envelopes: [Envelope] { state.withLock { $0.envelopes } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Sends to this inbox fail from now on.
    func breakDown() { state.withLock { $0.isTaking = false } }

    var peer: Peer {
        Peer(
            send: { envelope, completion in
                let isSent = self.state.withLock { state in
                    if state.isTaking { state.envelopes.append(envelope) }
                    return state.isTaking
                }
                completion(isSent)
            },
            close: { self.state.withLock { $0.isClosed = true } }
        )
    }
}

/// Counts what a relay's hooks report.
final class HookCounts: Sendable {
    struct Counts: Equatable {
        var forwarded: [Direction: Int] = [:]
        var refused: [Refusal: Int] = [:]
        var expired = 0
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    var hooks: RelayHooks {
        RelayHooks(
            frameForwarded: { direction in self.state.withLock { $0.forwarded[direction, default: 0] += 1 } },
            refused: { refusal in self.state.withLock { $0.refused[refusal, default: 0] += 1 } },
            graceExpired: { self.state.withLock { $0.expired += 1 } }
        )
    }
}
