using System.Text.Json.Nodes;
using ChronosOps.Operator.Evidence;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

public sealed class FieldChangesTests
{
    private static readonly JsonNode Live = JsonNode.Parse("""
        { "metadata": { "managedFields": [
          { "manager": "helm", "time": "2030-01-01T10:00:00Z", "fieldsV1": { "f:spec": { "f:ports": {}, "f:selector": { ".": {} } } } },
          { "manager": "kubectl-edit", "time": "2030-01-01T12:00:00Z", "fieldsV1": { "f:spec": { "f:selector": { "f:app": {} } } } },
          { "manager": "kube-controller-manager", "time": "2030-01-01T13:00:00Z", "fieldsV1": { "f:status": {} } },
          { "manager": "old", "fieldsV1": { "f:spec": { "f:selector": {} } } }
        ] } }
        """)!;

    [Theory]
    [InlineData("f:spec/f:selector", "kubectl-edit", 12)]
    [InlineData("f:spec/f:ports", "helm", 10)]
    [InlineData("f:spec", "kubectl-edit", 12)]
    public void TheNewestOwnerOfTheFieldIsNamed(string field, string manager, int hour) =>
        Assert.Equal(new FieldChange(new DateTimeOffset(2030, 1, 1, hour, 0, 0, TimeSpan.Zero), manager), FieldChanges.Last(Live, field));

    [Fact]
    public void WhereNobodyIsKnownNobodyIsNamed()
    {
        Assert.Null(FieldChanges.Last(Live, "f:data"));
        Assert.Null(FieldChanges.Last(JsonNode.Parse("""{ "metadata": {} }"""), "f:spec"));
        Assert.Null(FieldChanges.Last(null, "f:spec"));
    }
}
