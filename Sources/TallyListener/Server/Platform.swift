#if Listener
import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The C library. No other file of the module imports it.
enum Platform {
    static func isAddressInUse(_ error: IOError) -> Bool { error.errnoCode == EADDRINUSE }

    static func message(of error: IOError) -> String { String(cString: strerror(error.errnoCode)) }

    /// Makes the connection end in a reset when it is closed.
    static func resetOnClose(_ channel: any Channel) {
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}
#endif
