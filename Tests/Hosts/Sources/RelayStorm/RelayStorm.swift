import RelayCore
import Synchronization

/// Claims, releases, replaces and cleans from 16 tasks at once, 200 times each, and checks that nothing is lost. Run it
/// under the thread sanitizer.
@main
struct RelayStorm {
    private final class Counts: Sendable {
        let claimed = Atomic(0)
        let forwarded = Atomic(0)
        let refused = Atomic(0)
        let expired = Atomic(0)
    }

    static func main() async {
        let counts = Counts()
        let hooks = RelayHooks(
            frameForwarded: { _ in counts.forwarded.add(1, ordering: .relaxed) },
            refused: { _ in counts.refused.add(1, ordering: .relaxed) },
            graceExpired: { counts.expired.add(1, ordering: .relaxed) }
        )
        let relay = Relay(grace: .milliseconds(1), hooks: hooks)
        let peer = Peer(send: { _, completion in completion(true) }, close: {})
        await withDiscardingTaskGroup { group in
            for task in 0..<16 {
                // Four tasks share a name, so that they replace each other's binaries.
                group.addTask { storm("binary-\(task % 4)", relay, peer, counts) }
            }
        }
        for name in (0..<4).map({ "binary-\($0)" }) {
            // A refused claim: only a phone's can be.
            if let last = try? relay.claim(Greeting(.binary, name), peer) { relay.release(last) }
        }
        while relay.memberCount > 0 { await Task.yield() }
        let (forwarded, refused) = (counts.forwarded.load(ordering: .relaxed), counts.refused.load(ordering: .relaxed))
        print("\(counts.claimed.load(ordering: .relaxed)) claims, \(counts.expired.load(ordering: .relaxed)) expiries,")
        print("\(forwarded) frames forwarded, \(refused) refused")
    }

    private static func storm(_ name: String, _ relay: Relay<ContinuousClock>, _ peer: Peer, _ counts: Counts) {
        for round in 0..<200 {
            guard let binary = try? relay.claim(Greeting(.binary, name), peer) else { continue }
            counts.claimed.add(1, ordering: .relaxed)
            if let phone = try? relay.claim(Greeting(.phone, name), peer) {
                counts.claimed.add(1, ordering: .relaxed)
                relay.receive(Envelope(.frame, payload: [1]), from: phone)
                relay.receive(Envelope(.frame, connection: phone, payload: [2]), from: binary)
                if round.isMultiple(of: 2) { relay.release(phone) }
            }
            if !round.isMultiple(of: 3) { relay.release(binary) }
            if round.isMultiple(of: 5) { relay.clean() }
        }
    }
}
