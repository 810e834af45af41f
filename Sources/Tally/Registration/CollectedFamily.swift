/// The name, type and labels of a family that a collector fills.
public struct CollectedFamily: Sendable {
    let request: FamilyRequest

    var name: String { request.name }

    init(_ name: String, _ help: String, _ layout: InstrumentLayout, _ labelNames: [String], _ maxChildren: Int) {
        var request = FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren)
        // The source may have counted before this process began.
        request.isMirrored = true
        self.request = request
    }
}
