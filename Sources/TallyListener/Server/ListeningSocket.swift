#if Listener
import NIOCore

/// A socket on which a run accepts connections.
struct ListeningSocket: Sendable {
    let address: ListenerAddress
    let channel: any Channel
    /// The file of a Unix domain socket.
    let file: UnixSocket?

    /// Closes the socket, and removes its file first: another program may take the path as soon as nobody listens.
    func close() {
        file?.remove()
        channel.close(promise: nil)
    }
}
#endif
