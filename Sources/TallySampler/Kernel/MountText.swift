/// `/proc/self/mounts`.
enum MountText {
    /// Decodes a path, in which spaces, tabs, line feeds and backslashes are escaped in octal, such as `\040`.
    /// https://man7.org/linux/man-pages/man5/fstab.5.html
    static func unescaped(_ path: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let number = UInt8(digits.text, radix: 8) {
                bytes.append(number)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes.text
    }
}
