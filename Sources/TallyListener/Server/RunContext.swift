#if Listener
import NIOCore

/// The objects that all connections of a run share. Confined to the run's loop.
final class RunContext {
    let connections: Connections
    let reporter: Reporter
    var encryption: Encryption?

    init(connections: Connections, reporter: Reporter) {
        self.connections = connections
        self.reporter = reporter
    }
}

/// The interface of TLS to the rest of a listener.
struct Encryption {
    /// Adds the handler for a new connection to its pipeline.
    let begin: (any Channel) throws -> Void
    /// Returns the verified client certificate of a connection in DER.
    let clientCertificate: (any Channel) -> [UInt8]?
    /// Stops looking for changed files.
    let stop: () -> Void
}
#endif
