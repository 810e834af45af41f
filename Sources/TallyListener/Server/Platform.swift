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
    /// The length of a listening socket's queue: large enough that a flood of connections does not keep a probe out.
    static let backlog: CInt = 1024

    static func isAddressInUse(_ error: IOError) -> Bool { error.errnoCode == EADDRINUSE }

    static func message(of error: IOError) -> String { String(cString: strerror(error.errnoCode)) }

    // MARK: Unix domain sockets

    /// Creates a socket, binds it to a path, sets the file's permissions, and listens. Nobody can connect before the
    /// permissions are set, because the socket does not listen until then.
    static func listeningSocket(at path: String, permissions: Int) throws(IOError) -> CInt {
        let socket = try makeSocket()
        // On Linux, the file gets these permissions, less the umask, when it is created.
        _ = fchmod(socket, mode_t(permissions))
        do throws(IOError) {
            try check("bind", withAddress(of: path) { bind(socket, $0, $1) })
        } catch {
            close(socket)
            throw error
        }
        do throws(IOError) {
            if mode(of: path) != mode_t(permissions) {
                // Another user may have replaced the file by a link, if the folder permits it.
                try check("fchmodat", fchmodat(AT_FDCWD, path, mode_t(permissions), AT_SYMLINK_NOFOLLOW))
            }
            try check("listen", listen(socket, backlog))
            return socket
        } catch {
            close(socket)
            unlink(path)
            throw error
        }
    }

    /// True if nobody listens on a socket's file. False if that is not certain.
    static func isAbandoned(_ path: String) -> Bool {
        guard let socket = try? makeSocket() else { return false }
        defer { close(socket) }
        // A listener whose queue is full must not block this thread.
        guard fcntl(socket, F_SETFL, O_NONBLOCK) == 0 else { return false }
        return withAddress(of: path) { connect(socket, $0, $1) } != 0 && errno == ECONNREFUSED
    }

    /// Calls a closure while no other process does so for the same folder.
    ///
    /// Two programs that start at the same time would otherwise both find an abandoned socket, and the second would
    /// remove the socket of the first. After a second, the closure is called without the lock, because any user who can
    /// read the folder can hold it.
    static func whileLocking<Result>(folderOf path: String, _ body: () -> Result) -> Result {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[..<$0] + "/" } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return body() }
        defer { close(descriptor) }
        for _ in 0..<100 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { break }
            usleep(10_000)
        }
        return body()
    }

    /// The type bits of a file's mode, without following links; nil if there is no file.
    static func fileType(_ path: String) -> FileType? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFSOCK ? .socket : .other
    }

    enum FileType { case socket, other }

    /// The permissions of a file, without following links; nil if there is no file.
    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    static func remove(_ path: String) { unlink(path) }

    private static func makeSocket() throws(IOError) -> CInt {
        #if canImport(Darwin)
        let type = SOCK_STREAM
        #elseif canImport(Musl)
        let type = SOCK_STREAM | SOCK_CLOEXEC
        #else
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        #endif
        let descriptor = socket(AF_UNIX, type, 0)
        try check("socket", descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// Calls a closure with the address of a path, which the caller has checked to be short enough.
    private static func withAddress(
        of path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    private static func check(_ call: String, _ result: CInt) throws(IOError) {
        guard result >= 0 else { throw IOError(errnoCode: errno, reason: call) }
    }

    // MARK: TCP

    /// Makes the connection end in a reset when it is closed.
    static func resetOnClose(_ channel: any Channel) {
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}
#endif
