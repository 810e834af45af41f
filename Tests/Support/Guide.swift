internal import Foundation

/// A page of documentation, or the documentation comments of a source file, compared with the tests that compile the
/// code in them.
///
/// A block of Swift has a name, in a comment above its fence: `<!-- frames -->`. In a source file the name may be
/// missing, and is then `example`. A test has the same code between `// GUIDE NameOfThePage frames` and `// END`, apart
/// from indentation. A host in `Tests/Hosts` may have the code instead of a test. One part can serve several blocks,
/// with a mark for each. Positions do not matter.
package struct Guide {
    /// The file's name, without its extension.
    package let page: String
    /// The names and texts of the blocks of Swift. A block without a name has an empty one.
    package let code: [(name: String, text: String)]
    /// The names and texts of the blocks of SQL.
    package let sql: [(name: String, text: String)]
    /// The blocks without a language, which show the output of the code.
    package let output: [String]
    /// The blocks of YAML.
    package let yaml: [String]
    /// The cells of the tables, row by row, without the headers.
    package let tableRows: [[String]]

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// - Parameter path: The path of a page or of a source file from the package's root:
    ///   `Sources/Tally/Tally.docc/NamesAndLabels.md`.
    package init(_ path: String) throws {
        let isSource = path.hasSuffix(".swift")
        var blocks: [(name: Substring, language: Substring, lines: [Substring])] = []
        var isInside = false
        var before: Substring = ""
        var tables: [[[String]]] = [[]]
        for line in try Self.lines(of: Self.root.appending(path: path)) {
            let line = isSource ? Self.documentation(of: line) : line
            if line.hasPrefix("```") {
                let unnamed: Substring = isSource ? "example" : ""
                let name = before.hasPrefix("<!-- ") ? before.dropFirst(5).prefix { $0 != " " } : unnamed
                if !isInside { blocks.append((name, line.dropFirst(3), [])) }
                isInside.toggle()
            } else if isInside {
                blocks[blocks.count - 1].lines.append(line)
            } else if line.hasPrefix("| ") {
                tables[tables.count - 1].append(Self.cells(of: line))
            } else if tables.last?.isEmpty == false {
                tables.append([])
            }
            before = line
        }
        page = String(path.split(separator: "/").last?.dropLast(isSource ? 6 : 3) ?? "")
        code = blocks.filter { $0.language == "swift" }.map { block in
            // Imports stand at the top of the test's file.
            let lines = block.lines.drop { $0.hasPrefix("import ") }.drop { $0.isEmpty }
            return (String(block.name), lines.joined(separator: "\n"))
        }
        sql = blocks.filter { $0.language == "sql" }.map { (String($0.name), $0.lines.joined(separator: "\n")) }
        output = blocks.filter { $0.language.isEmpty }.map { $0.lines.joined(separator: "\n") }
        yaml = blocks.filter { $0.language == "yaml" }.map { $0.lines.joined(separator: "\n") }
        // A header and a rule come before the rows.
        tableRows = tables.flatMap { $0.dropFirst(2) }
    }

    private static func cells(of line: Substring) -> [String] {
        line.dropFirst().dropLast().split(separator: "|").map { cell in
            String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The text of a line of a documentation comment. Empty for other lines.
    private static func documentation(of line: Substring) -> Substring {
        let comment = line.drop { $0 == " " }
        return comment.hasPrefix("///") ? comment.dropFirst(comment.hasPrefix("/// ") ? 4 : 3) : ""
    }

    /// The README, the pages of the documentation catalogues, and the documentation comments of the sources.
    package static func all() throws -> [Guide] {
        let sources = root.appending(path: "Sources").path
        let files = FileManager.default.enumerator(atPath: sources)?.compactMap { $0 as? String } ?? []
        let pages = files.filter { $0.hasSuffix(".md") || $0.hasSuffix(".swift") }.map { "Sources/\($0)" }
        return try (["README.md"] + pages).map(Guide.init)
    }

    /// The marked parts of all tests, of hosts, and of programs that tests run. Their names have the page and the block,
    /// as in `NamesAndLabels frames`.
    package static func parts() throws -> [(name: String, text: String)] {
        let tests = root.appending(path: "Tests")
        let files = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String } ?? []
        let mark = "// GUIDE "
        var parts: [(name: String, text: String)] = []
        for file in files where !file.contains(".build/") {
            let isHost = file.hasPrefix("Hosts/Sources/") && file.hasSuffix(".swift")
            guard isHost || file.hasSuffix("Tests.swift") || file.hasSuffix("main.swift") else { continue }
            var open: (names: [String], lines: [Substring])?
            for line in try lines(of: tests.appending(path: file)) {
                let text = line.drop { $0 == " " }
                if text.hasPrefix(mark) {
                    let names = open?.lines.isEmpty == true ? open?.names ?? [] : []
                    open = (names + [String(text.dropFirst(mark.count))], [])
                } else if text == "// END", let (names, lines) = open.take() {
                    let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
                    let part = lines.map { $0.dropFirst(indentation) }.joined(separator: "\n")
                    parts += names.map { ($0, part) }
                } else {
                    open?.lines.append(line)
                }
            }
        }
        return parts
    }

    private static func lines(of file: URL) throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
