#if Listener
import NIOCore
import NIOPosix

/// The address that a run binds. A name is resolved once, and the resulting address is both checked and bound, because
/// a second look-up could return another address.
enum BindAddress {
    static func resolve(
        host: String,
        port: Int,
        allowsNonLoopback: Bool,
        on threads: NIOThreadPool
    ) async throws -> SocketAddress {
        let address: SocketAddress
        do {
            address = try await lookUp(host.isEmpty ? "0.0.0.0" : host, port: port, on: threads)
        } catch {
            throw ListenerError(
                .cannotBind,
                "the host '\(host)' does not resolve to an address; check its spelling, or pass an IP address"
            )
        }
        guard allowsNonLoopback || isLoopback(address) else {
            let resolved = address.ipAddress.map { $0 == host ? "" : " (\($0))" } ?? ""
            throw ListenerError(
                .notLoopback,
                """
                the host '\(host)'\(resolved) is not a loopback address, so other machines could read the metrics; \
                pass allowsNonLoopback: true to allow that
                """
            )
        }
        return address
    }

    /// The numeric form of a resolved address.
    static func name(of address: SocketAddress, isEncrypted: Bool = false) -> ListenerAddress {
        let endpoint = ListenerAddress.Endpoint.tcp(host: address.ipAddress ?? "", port: address.port ?? 0)
        return ListenerAddress(endpoint, isEncrypted: isEncrypted)
    }

    static func failure(_ error: any Error, at address: ListenerAddress) -> ListenerError {
        guard let error = error as? IOError else {
            return ListenerError(.cannotBind, "cannot listen at \(address): \(error)")
        }
        guard !Platform.isAddressInUse(error) else { return inUse(address) }
        return ListenerError(.cannotBind, "cannot listen at \(address): \(Platform.message(of: error))")
    }

    static func inUse(_ address: ListenerAddress) -> ListenerError {
        let other = address.socketPath == nil ? "port" : "path"
        return ListenerError(
            .addressInUse,
            "another socket already listens at \(address); stop it, or choose another \(other)"
        )
    }

    static func lost(_ address: ListenerAddress) -> ListenerError {
        ListenerError(.cannotBind, "the system closed the listening socket at \(address); run the listener again")
    }

    /// True for 127.0.0.0/8, `::1`, and IPv4-mapped 127.0.0.0/8. The text is the system's canonical form, so comparing
    /// prefixes suffices.
    static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let ip = address.ipAddress else { return false }
        return ip.hasPrefix("127.") || ip == "::1" || ip.hasPrefix("::ffff:127.")
    }

    private static func lookUp(_ host: String, port: Int, on threads: NIOThreadPool) async throws -> SocketAddress {
        if let numeric = try? SocketAddress(ipAddress: host, port: port) { return numeric }
        // getaddrinfo waits for name servers, so it must run neither on an event loop nor on the runtime's pool.
        return try await threads.runIfActive { try SocketAddress.makeAddressResolvingHost(host, port: port) }
    }
}
#endif
