/// The fields of `/proc/self/stat` that Tally uses. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
package struct ProcessStat: Equatable, Sendable {
    package let threads: UInt64
    /// Since the machine was booted.
    package let startTicks: UInt64
    package let virtualBytes: UInt64
    package let residentPages: UInt64

    package init?(text: String) {
        // The command name, in parentheses, may itself contain spaces and parentheses. By bytes, because U+0600 at its
        // end would form one character with the last parenthesis.
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.utf8.index(after: end)...].split { $0 == " " || $0 == "\n" }
        // The first of these is field 3 of the manual.
        func field(_ number: Int) -> UInt64? { fields.count > number - 3 ? UInt64(fields[number - 3]) : nil }
        guard let threads = field(20), let start = field(22), let virtual = field(23), let pages = field(24) else {
            return nil
        }
        self.threads = threads
        startTicks = start
        virtualBytes = virtual
        residentPages = pages
    }
}
