internal import Tally

enum ControlGroupTree {
    /// The limits of the search. A machine with 1,000 containers has about 3,000 folders, at a depth of five.
    static let maxFolders = 20_000
    static let maxDepth = 12

    /// The wanted groups, sorted by path, containers first. Groups inside a wanted one are part of it. Only containers
    /// are looked for there, because an engine that is a service may keep them in its own group.
    static func groups(under roots: [String], where isWanted: (ControlGroup) -> Bool) -> [ControlGroup] {
        var found: Set<ControlGroup> = []
        for root in roots {
            var left: [(path: String, depth: Int, isInside: Bool)] = [("", 0, false)]
            var visited = 0
            while let (path, depth, isInside) = left.popLast(), visited < maxFolders {
                visited += 1
                let entries = System.entries(of: path.isEmpty ? root : "\(root)/\(path)") ?? []
                for (name, mayBeFolder) in entries where mayBeFolder {
                    let group = ControlGroup(path: path.isEmpty ? name : "\(path)/\(name)")
                    let isFound = (!isInside || group.containerID != nil) && isWanted(group)
                    if isFound { found.insert(group) }
                    if depth < maxDepth, !isFound || group.containerID == nil {
                        left.append((group.path, depth + 1, isInside || isFound))
                    }
                }
            }
        }
        let sorted = found.sorted { ByteName($0.path) < ByteName($1.path) }
        return sorted.filter { $0.containerID != nil } + sorted.filter { $0.containerID == nil }
    }
}
