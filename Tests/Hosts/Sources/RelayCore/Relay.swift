/// Pairs phones with binaries by name, and forwards frames between them. One binary serves many phones.
///
/// A binary that disconnects has a grace period to reconnect, during which its phones stay connected. The relay depends
/// neither on sockets (see ``Peer``) nor on metrics (see ``RelayHooks``).
package final class Relay<RelayClock: Clock>: Sendable where RelayClock.Duration == Duration {
    private struct Member {
        let greeting: Greeting
        let peer: Peer
    }

    /// The place of a binary, kept during its grace period.
    private struct Seat {
        var binary: UInt32?
        var phones: Set<UInt32> = []
        /// The end of the grace period, if the binary has disconnected.
        var deadline: RelayClock.Instant?
    }

    private struct State {
        var seats: [[UInt8]: Seat] = [:]
        var members: [UInt32: Member] = [:]
        var lastConnection: UInt32 = 0

        mutating func nextConnection() -> UInt32 {
            repeat { lastConnection &+= 1 } while members[lastConnection] != nil || lastConnection == 0
            return lastConnection
        }
    }

    private let grace: Duration
    private let clock: RelayClock
    private let hooks: RelayHooks
    private let state = Locked(State())

    package init(grace: Duration, clock: RelayClock = ContinuousClock(), hooks: RelayHooks = RelayHooks()) {
        self.grace = grace
        self.clock = clock
        self.hooks = hooks
    }

    /// The number of connections.
    package var memberCount: Int { state.withLock { $0.members.count } }

    // MARK: Coming and going

    /// Adds a connection, and returns its number. Closes and replaces a binary of the same name.
    package func claim(_ greeting: Greeting, _ peer: Peer) throws(Refusal) -> UInt32 {
        let claimed: (connection: UInt32, replaced: Peer?)? = state.withLock { state in
            let connection = state.nextConnection()
            var replaced: Peer?
            switch greeting.side {
            case .phone:
                guard state.seats[greeting.key] != nil else { return nil }
                state.seats[greeting.key]?.phones.insert(connection)
            case .binary:
                var seat = state.seats[greeting.key] ?? Seat()
                replaced = seat.binary.flatMap { state.members.removeValue(forKey: $0)?.peer }
                seat.binary = connection
                seat.deadline = nil
                state.seats[greeting.key] = seat
            }
            state.members[connection] = Member(greeting: greeting, peer: peer)
            return (connection, replaced)
        }
        guard let claimed else { throw .missingPeer }
        claimed.replaced?.close()
        return claimed.connection
    }

    /// Removes a connection that has closed. Has no effect on one that was replaced or evicted.
    package func release(_ connection: UInt32) {
        let deadline: RelayClock.Instant? = state.withLock { state in
            guard let greeting = state.members.removeValue(forKey: connection)?.greeting else { return nil }
            guard greeting.side == .binary else {
                state.seats[greeting.key]?.phones.remove(connection)
                return nil
            }
            let deadline = clock.now.advanced(by: grace)
            state.seats[greeting.key]?.binary = nil
            state.seats[greeting.key]?.deadline = deadline
            return deadline
        }
        guard let deadline else { return }
        Task { [weak self, clock] in
            try await clock.sleep(until: deadline, tolerance: nil)
            self?.clean()
        }
    }

    /// Evicts every binary whose grace period has ended, and closes its phones. A timer that fires after the binary
    /// reconnected finds no deadline, or a later one.
    package func clean() {
        let evicted: [[Peer]] = state.withLock { state in
            let now = clock.now
            let names = state.seats.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys
            return names.map { name in
                let phones = state.seats.removeValue(forKey: name)?.phones ?? []
                return phones.compactMap { state.members.removeValue(forKey: $0)?.peer }
            }
        }
        for phones in evicted {
            hooks.graceExpired?()
            for phone in phones { phone.close() }
        }
    }

    // MARK: Frames

    /// Forwards a frame to the connection's peer. Sends a refusal back if that is not possible.
    package func receive(_ envelope: Envelope, from connection: UInt32) {
        let sender = state.withLock { $0.members[connection] }
        guard let sender else { return refuse(.unknownConnection, to: nil) }
        do {
            guard envelope.kind == .frame else { throw Refusal.malformedEnvelope }
            let phone = sender.greeting.side == .phone ? connection : envelope.connection
            let receiver = try receiver(of: phone, from: sender.greeting)
            let direction = sender.greeting.side == .phone ? Direction.phoneToBinary : .binaryToPhone
            receiver.send(Envelope(.frame, connection: phone, payload: envelope.payload)) { [self] isSent in
                if isSent { hooks.frameForwarded?(direction) } else { refuse(.failedSend, to: sender.peer) }
            }
        } catch {
            refuse(error as? Refusal ?? .malformedEnvelope, to: sender.peer)
        }
    }

    /// Counts a refusal, and sends it to the connection at fault.
    package func refuse(_ refusal: Refusal, to peer: Peer?) {
        hooks.refused?(refusal)
        peer?.send(Envelope(.refusal, payload: refusal.rawValue.utf8)) { _ in }
    }

    private func receiver(of phone: UInt32, from sender: Greeting) throws(Refusal) -> Peer {
        let found: Result<Peer, Refusal> = state.withLock { state in
            let seat = state.seats[sender.key]
            switch sender.side {
            case .phone:
                guard let binary = seat?.binary, let member = state.members[binary] else {
                    return .failure(.missingPeer)
                }
                return .success(member.peer)
            case .binary:
                guard seat?.phones.contains(phone) == true, let member = state.members[phone] else {
                    return .failure(.unknownConnection)
                }
                return .success(member.peer)
            }
        }
        return try found.get()
    }
}
