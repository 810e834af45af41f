#if Listener
import NIOCore
import Tally

/// The file of a listening Unix domain socket.
struct UnixSocket: Sendable {
    /// The maximum length of a path in bytes. Linux allows four more, but every system allows these.
    static let maxPathBytes = 103

    let descriptor: CInt
    private let path: String
    private let device: UInt64?
    private let number: UInt64?

    /// Creates a listening socket. Replaces a file on which no process listens. May block the thread for a second.
    init(listeningAt path: String, permissions: Int) throws(ListenerError) {
        guard path.utf8.count <= Self.maxPathBytes else {
            throw ListenerError(
                .cannotBind,
                "the socket's path '\(path)' has \(path.utf8.count) bytes, but may have \(Self.maxPathBytes)"
            )
        }
        self.path = path
        descriptor = try Platform.whileLocking(folderOf: path) {
            Result { () throws(ListenerError) in try Self.open(path, permissions) }
        }.get()
        let status = System.status(of: path, followingLinks: false)
        device = status?.device
        number = status?.number
    }

    private static func open(_ path: String, _ permissions: Int) throws(ListenerError) -> CInt {
        switch Platform.fileType(path) {
        case nil: break
        case .other:
            throw ListenerError(
                .cannotBind,
                "a file that is not a socket has the path '\(path)'; remove it, or choose another path"
            )
        case .socket:
            guard Platform.isAbandoned(path) else { throw BindAddress.inUse(.unix(path: path)) }
            Platform.remove(path)
        }
        do throws(IOError) {
            return try Platform.listeningSocket(at: path, permissions: permissions)
        } catch {
            throw BindAddress.failure(error, at: .unix(path: path))
        }
    }

    /// Removes the file, unless another program has replaced it. Call this before you close the descriptor, because a
    /// later file could have the same inode number.
    func remove() {
        let status = System.status(of: path, followingLinks: false)
        guard let status, status.device == device, status.number == number else { return }
        Platform.remove(path)
    }
}
#endif
