internal import Tally

/// A mounted file system.
struct Mount: Equatable, Sendable {
    let device: String
    let path: String
    let type: String

    /// The file system that holds a path, or nil if the mounts cannot be read.
    static func holding(_ path: String, mounts: String = "/proc/self/mounts") -> Mount? {
        guard let text = try? KernelFile.read(mounts) else { return nil }
        return holding(path, text: text)
    }

    static func holding(_ path: String, text: [UInt8]) -> Mount? {
        var best: Mount?
        for line in text.lines {
            let words = line.words
            guard words.count > 2 else { continue }
            let point = MountText.unescaped(words[1])
            let prefix = point.hasSuffix("/") ? point : point + "/"
            // Of two at the same place, the later one covers the other.
            guard path == point || path.hasPrefix(prefix), point.utf8.count >= best?.path.utf8.count ?? 0 else {
                continue
            }
            best = Mount(device: MountText.unescaped(words[0]), path: point, type: words[2].text)
        }
        return best
    }
}
