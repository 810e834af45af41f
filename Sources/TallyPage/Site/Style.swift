/// The page's style sheet.
enum Style {
    static let text = [frame, content].joined()
}
