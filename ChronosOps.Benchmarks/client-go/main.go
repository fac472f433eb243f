// What `bench watch` does, done with client-go: shared informers for all Pods and Deployments of the server of $KUBECONFIG. Says when both
// are filled, and at the end (SIGTERM) how many events came after that.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// The advice of controller-runtime's documentation for less memory.
func withoutManagedFields(object interface{}) (interface{}, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

func main() {
	protobuf := flag.Bool("protobuf", false, "ask for protobuf instead of JSON")
	strip := flag.Bool("strip", false, "drop managedFields before an object is stored")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	config.ContentType = "application/json"
	if *protobuf {
		config.ContentType = "application/vnd.kubernetes.protobuf"
		config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	check(err)

	var options []informers.SharedInformerOption
	if *strip {
		options = append(options, informers.WithTransform(withoutManagedFields))
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, options...)
	pods, deployments := factory.Core().V1().Pods().Informer(), factory.Apps().V1().Deployments().Informer()
	var events atomic.Int64
	count := cache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(_ interface{}, isInInitialList bool) {
			if !isInInitialList {
				events.Add(1)
			}
		},
		UpdateFunc: func(_, _ interface{}) { events.Add(1) },
		DeleteFunc: func(interface{}) { events.Add(1) },
	}
	for _, informer := range []cache.SharedIndexInformer{pods, deployments} {
		_, err := informer.AddEventHandler(count)
		check(err)
	}

	stop := make(chan struct{})
	factory.Start(stop)
	for kind, synced := range factory.WaitForCacheSync(stop) {
		if !synced {
			check(fmt.Errorf("%v was not filled", kind))
		}
	}
	fmt.Printf("synced %d %d\n", len(pods.GetStore().ListKeys()), len(deployments.GetStore().ListKeys()))

	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
	fmt.Printf("events %d\n", events.Load())
}
