#if SQLite
internal import GRDB

extension Row {
    /// The value of a column, or nil if it is absent or of another type. `row[index]` would trap there, and a file may
    /// contain anything.
    func decoded<Value: DatabaseValueConvertible>(_ index: Int, as type: Value.Type) -> Value? {
        Value.fromDatabaseValue(self[index] as DatabaseValue)
    }
}
#endif
