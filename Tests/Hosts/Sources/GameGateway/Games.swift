import NIOCore
import Synchronization

/// The connections of the players of each game.
final class Games: Sendable {
    private let channels = Mutex<[String: [ObjectIdentifier: any Channel]]>([:])

    func join(_ game: String, _ channel: any Channel) {
        channels.withLock { $0[game, default: [:]][ObjectIdentifier(channel)] = channel }
    }

    func leave(_ game: String, _ channel: any Channel) {
        channels.withLock { channels in
            channels[game]?[ObjectIdentifier(channel)] = nil
            if channels[game]?.isEmpty == true { channels[game] = nil }
        }
    }

    func opponents(of channel: any Channel, in game: String) -> [any Channel] {
        channels.withLock { ($0[game] ?? [:]).values.filter { $0 !== channel } }
    }
}
