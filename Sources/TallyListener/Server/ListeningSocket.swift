#if Listener
import NIOCore

/// A socket on which a run accepts connections.
struct ListeningSocket: Sendable {
    let address: ListenerAddress
    let channel: any Channel
}
#endif
