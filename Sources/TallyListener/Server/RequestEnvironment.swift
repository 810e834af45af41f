#if Listener
import NIOPosix

/// The objects that the handlers of a run share, and those of one connection.
struct RequestEnvironment {
    let routes: RouteTable
    let hosts: AllowedHosts
    let authorization: ListenerAuthorization?
    /// Returns the verified client certificate of this connection in DER.
    let clientCertificate: () -> [UInt8]?
    let limits: ListenerLimits
    let threads: NIOThreadPool
    let connections: Connections
    let deadlines: ConnectionDeadlines
    let metrics: ListenerMetrics?
    let reporter: Reporter
}
#endif
