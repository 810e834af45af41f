import Foundation

/// The updates that instruments offer, read from the library's sources so that none can be forgotten here.
struct PublicVerbs {
    /// The public types that conform to `Instrument` or `PlainInstrument`.
    private(set) var instruments: Set<String> = []
    /// Each public mutating method of those types and of families, such as `Gauge.set(Double)`.
    ///
    /// A method that returns a value only reads, unless the value is the result of the caller's closure.
    private(set) var updates: Set<String> = []

    /// Other types with updates: the protocols of all instruments, and families.
    private static let others: Set = ["Instrument", "PlainInstrument", "Family", "DynamicFamily"]

    init(readingSourcesIn folder: URL) throws {
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        let sources = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        let conformance =
            #/
            ^(?:public\ |final\ )*(?:struct|class|enum|extension)\ (\w+)(?:<[^{]*>)?
            :\ [^{]*\b(?:Plain)?Instrument\b[^{]*\{
            /#.anchorsMatchLineEndings()
        for source in sources {
            for match in source.matches(of: conformance) { instruments.insert(String(match.1)) }
        }
        for source in sources { read(source) }
    }

    private mutating func read(_ source: String) {
        let declaration = #/^(?:public |package )?(?:final )?(?:struct|class|enum|protocol|extension) (\w+)/#
        let method =
            #/^    public (?:mutating )?func (\w+)(?:<[^>]*>)?\((.*?)\)((?: async| throws\(\w+\)| throws)*)(?: -> (\S+))?/#
        var type = ""
        var head: String?
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if let match = line.firstMatch(of: declaration) { type = String(match.1) }
            // A declaration of several lines is joined into one.
            if line.hasPrefix("    public func ") || line.hasPrefix("    public mutating func ") {
                head = String(line)
            } else if let begun = head {
                head = begun + line.trimmingCharacters(in: .whitespaces)
            }
            guard let whole = head, whole.contains("{") else { continue }
            head = nil
            guard instruments.contains(type) || Self.others.contains(type),
                let match = whole.firstMatch(of: method), match.4?.hasPrefix("Result") ?? true, !match.1.hasPrefix("_")
            else { continue }
            // Labels and types, which distinguish overloads. Closures are `()`.
            let parameters = match.2.split(separator: ",").map { parameter in
                let parts = parameter.split(separator: ":", maxSplits: 1)
                let label = parts.first?.split(separator: " ").first.map(String.init) ?? ""
                let type = parts.last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
                let plain = type.hasPrefix("(") ? "()" : String(type.prefix { $0 != " " })
                return label == "_" ? plain : "\(label): \(plain)"
            }
            let effect = match.3.contains("async") || match.2.contains("async") ? " async" : ""
            updates.insert("\(type).\(match.1)(\(parameters.joined(separator: ", ")))\(effect)")
        }
    }
}
