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
            // Of two at the same place, the later one covers the other.
            guard holds(path, point: point), point.utf8.count >= best?.path.utf8.count ?? 0 else { continue }
            best = Mount(device: MountText.unescaped(words[0]), path: point, type: words[2].text)
        }
        return best
    }

    /// Compares bytes, as the kernel does: texts that are only canonically equivalent are different paths.
    private static func holds(_ path: String, point: String) -> Bool {
        guard path.utf8.starts(with: point.utf8) else { return false }
        let slash = UInt8(ascii: "/")
        return point.utf8.last == slash || (path.utf8.dropFirst(point.utf8.count).first ?? slash) == slash
    }
}
