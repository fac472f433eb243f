// crdserver serves CustomResourceDefinitions and their objects, and nothing else: the extensions server of Kubernetes as a program of its own.
// Clients come with a certificate; the group system:masters may do everything. There are no namespaces, no roles and no built-in kinds.
package main

import (
	"os"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel/trace/noop"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	extensions "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	generic "k8s.io/apiserver/pkg/server"
	features "k8s.io/apiserver/pkg/util/openapi"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/component-base/cli"
)

// configuration turns the flags into what the server is made of.
func configuration(flags *options.CustomResourceDefinitionsServerOptions) (*apiserver.Config, error) {
	config := generic.NewRecommendedConfig(apiserver.Codecs)
	steps := []func() error{
		flags.Complete,
		flags.Validate,
		func() error { return flags.ServerRunOptions.ApplyTo(&config.Config) },
		func() error { return flags.RecommendedOptions.ApplyTo(config) },
		func() error {
			return flags.APIEnablement.ApplyTo(&config.Config, apiserver.DefaultAPIResourceConfigSource(), apiserver.Scheme)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	// Without both descriptions `kubectl explain` and client-side validation know nothing of the custom resources.
	definitions := features.GetOpenAPIDefinitionsWithoutDisabledFeatures(extensions.GetOpenAPIDefinitions)
	names := openapi.NewDefinitionNamer(apiserver.Scheme, scheme.Scheme)
	config.OpenAPIConfig = generic.DefaultOpenAPIConfig(definitions, names)
	config.OpenAPIV3Config = generic.DefaultOpenAPIV3Config(definitions, names)
	storage := options.NewCRDRESTOptionsGetter(*flags.RecommendedOptions.Etcd, config.ResourceTransformers, config.StorageObjectCountTracker)
	authentication := webhook.NewDefaultAuthenticationInfoResolverWrapper(nil, nil, config.LoopbackClientConfig, noop.NewTracerProvider())
	return &apiserver.Config{
		GenericConfig: config,
		ExtraConfig: apiserver.ExtraConfig{
			CRDRESTOptionsGetter: storage,
			MasterCount:          1,
			ServiceResolver:      webhook.NewDefaultServiceResolver(),
			AuthResolverWrapper:  authentication,
		},
	}, nil
}

func main() {
	flags := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	recommended := flags.RecommendedOptions
	// There is no core server to ask: neither for admission nor for who may do what.
	recommended.CoreAPI = nil
	recommended.Admission = nil
	recommended.Authentication.RemoteKubeConfigFileOptional = true
	recommended.Authorization.RemoteKubeConfigFileOptional = true
	recommended.Features.EnablePriorityAndFairness = false
	command := &cobra.Command{
		Use:          "crdserver",
		Short:        "Serves custom resources",
		SilenceUsage: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return flags.ServerRunOptions.ComponentGlobalsRegistry.Set()
		},
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration(flags)
			if err != nil {
				return err
			}
			complete := config.Complete()
			// In a whole cluster the aggregator lists the API groups.
			complete.GenericConfig.EnableDiscovery = true
			server, err := complete.New(generic.NewEmptyDelegate())
			if err != nil {
				return err
			}
			return server.GenericAPIServer.PrepareRun().RunWithContext(command.Context())
		},
	}
	command.SetContext(generic.SetupSignalContext())
	flags.AddFlags(command.Flags())
	os.Exit(cli.Run(command))
}
