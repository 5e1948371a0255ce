// Package schedule has the learning rates of a training, as values with settings.
//
//	train.Options{Schedule: schedule.Cosine{Rate: 0.01}}
//	train.Options{Schedule: schedule.WarmUp{Steps: 100, Then: schedule.Cosine{Rate: 0.01}}}
//
// A Schedule remembers nothing: the rate of a step is a function of its Moment alone. So
// several trainers may share one, and goroutines too. The zero value of a setting is its
// default; train.Zero is the number 0 for a setting in which 0 means the default.
//
// The schedules, with their names in PyTorch:
//
//	Constant         one rate
//	Func             a function of the step                        LambdaLR
//	Step             times a factor every n steps                  StepLR
//	MultiStep        times a factor at given steps                 MultiStepLR
//	Exponential      times a factor at every step                  ExponentialLR
//	Linear           a straight line                               LinearLR
//	Polynomial       a power of the way that is left               PolynomialLR
//	Cosine           half a cosine                                 CosineAnnealingLR
//	CosineRestarts   cosines, each from the top                    CosineAnnealingWarmRestarts
//	OneCycle         up, and down further                          OneCycleLR
//	Cyclic           triangles                                     CyclicLR
//	Noam             up in a line, down with the root of the step
//	InverseRoot      down with the root of the step
//	Plateau          times a factor when nothing gets better       ReduceLROnPlateau
//
// These make one of others:
//
//	WarmUp           rises, then follows another schedule          LinearLR, ConstantLR
//	Sequence         one after another                             SequentialLR
//	Product          the product of several                        ChainedScheduler
//	Scale            times a factor
//	Clamp            between two bounds
//	PerEpoch         counts epochs instead of steps
//
// Settings count steps: the first step has the number 0. PerEpoch makes epochs of them. A
// schedule whose Steps is 0 takes the steps of the whole training, which Fit and
// Trainer.Steps know. Trainer.Step does not, and such a schedule is an ErrOption there.
//
// WriteSVG draws schedules before a training. Marshal and Unmarshal write and read them as
// JSON.
//
// The package owns schedules and their settings. It does not train. Importers: train.
package schedule
